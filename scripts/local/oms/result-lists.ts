import type { Outcome } from './counters.ts';

/**
 * "oms/sync_task/<id>/success_object_lists" is the one folder that the vendor names; the others follow its pattern.
 * https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html
 */
const RESULT_FOLDERS: Readonly<Record<Outcome, string>> = {
  success: 'success_object_lists',
  failure: 'failed_object_lists',
  skip: 'skip_object_lists',
};

/** How lists are cut into files is not documented, so it is an option. */
export interface ResultListOptions {
  readonly rollAfter?: number;
  readonly rollEvery?: number;
  readonly folders?: Readonly<Partial<Record<Outcome, string>>>;
  /** The region's offset from UTC in minutes; 480 (China) by default. */
  readonly timeZoneMinutes?: number;
}

interface ListedObject {
  readonly taskId: string;
  readonly key: string;
  readonly outcome: Outcome;
  readonly size: number;
  readonly at: number;
}

interface ResultListTools {
  readonly write: (taskId: string, key: string, text: string) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
}

const ROOT = 'oms/sync_task/';

/** Collects outcomes and writes them into files: time of the region, name as it is, size, one object a line. */
export class ResultLists {
  readonly #options: ResultListOptions;
  readonly #tools: ResultListTools;
  readonly #open = new Map<string, ListedObject[]>();
  readonly #writing = new Set<Promise<void>>();
  readonly #written = new WeakSet<readonly ListedObject[]>();
  #files = 0;

  constructor(options: ResultListOptions, tools: ResultListTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /** Does nothing for a list that was itself synchronized: it would become a line of the next one, for ever. */
  add(object: ListedObject): void {
    if (object.key.startsWith(ROOT)) return;
    const { rollAfter = 1000, rollEvery = 60_000 } = this.#options;
    const id = `${object.outcome}\n${object.taskId}`;
    const lines = this.#open.get(id) ?? [];
    lines.push(object);
    if (lines.length >= rollAfter) this.#roll(id, lines);
    else if (lines.length === 1) {
      this.#open.set(id, lines);
      this.#tools.sleep(rollEvery).then(
        () => this.#roll(id, lines),
        () => {},
      );
    }
  }

  async flush(): Promise<void> {
    for (const [id, lines] of [...this.#open]) this.#roll(id, lines);
    await Promise.all(this.#writing);
  }

  #roll(id: string, lines: readonly ListedObject[]): void {
    const [first] = lines;
    // A full file is written before its time comes.
    if (!first || this.#written.has(lines)) return;
    this.#written.add(lines);
    if (this.#open.get(id) === lines) this.#open.delete(id);
    const { folders = {} } = this.#options;
    const folder = folders[first.outcome] ?? RESULT_FOLDERS[first.outcome];
    this.#files += 1;
    const name = `${this.#time(first.at).replace(/\D/g, '')}-${String(this.#files).padStart(6, '0')}.txt`;
    const text = lines.map(({ at, key, size }) => `${this.#time(at)}\t${key}\t${size}\n`).join('');
    const work: Promise<void> = this.#tools
      .write(first.taskId, `${ROOT}${first.taskId}/${folder}/${name}`, text)
      .finally(() => this.#writing.delete(work));
    this.#writing.add(work);
  }

  /** `2026-11-21 18:00:00` */
  #time(at: number): string {
    const { timeZoneMinutes = 480 } = this.#options;
    return new Date(at + timeZoneMinutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  }
}
