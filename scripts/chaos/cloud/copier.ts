import type { Kernel } from '../kernel/kernel.ts';
import type { Random } from '../kernel/random.ts';
import type { CopyFate } from '../world/reconciling.ts';
import type { SimulatedObjectStore } from './object-store.ts';
import type { SimulatedTask } from './oms.ts';

export interface CopierOptions {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly store: SimulatedObjectStore;
  /** Milliseconds that a copy takes at the most. */
  readonly longest: number;
  /** The fate of an object; undefined for a copy. */
  readonly fateOf: (bucket: string, key: string) => CopyFate | undefined;
  /** The destination has changed. */
  readonly onCopied: (task: SimulatedTask, key: string) => void;
}

/** Submissions of an object that is copied late which come to nothing. */
const LATE = 2;

/** The part of OMS that copies what was accepted, some time after it. */
export class Copier {
  readonly #options: CopierOptions;
  readonly #submissions = new Map<string, number>();

  constructor(options: CopierOptions) {
    this.#options = options;
  }

  submit(task: SimulatedTask, key: string): void {
    const { kernel, random, longest } = this.#options;
    kernel.schedule(random.int(100, longest), `copies for ${task.id}`, () => this.#copy(task, key));
  }

  #copy(task: SimulatedTask, key: string): void {
    const { kernel, store, fateOf, onCopied } = this.#options;
    const source = store.objects(task.bucket).get(key);
    const there = store.objects(task.destination).get(key);
    if (!source) return;
    const fate = fateOf(task.bucket, key);
    const name = `${task.id}/${key}`;
    const submissions = (this.#submissions.get(name) ?? 0) + 1;
    this.#submissions.set(name, submissions);
    if (fate === 'never' || (fate === 'late' && submissions <= LATE)) return;
    if (there && !overwrites(task, source, there)) return;
    const size = source.size + (fate === 'other size' ? 1 : 0);
    store.place(task.destination, key, { ...source, size, modified: kernel.now() });
    onCopied(task, key);
  }
}

interface Facts {
  readonly size: number;
  readonly modified: number;
}

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html object_overwrite_mode */
function overwrites({ mode }: SimulatedTask, source: Facts, there: Facts): boolean {
  if (mode !== 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE') return mode === 'FULL_OVERWRITE';
  return source.size !== there.size || Math.floor(there.modified / 1000) < Math.floor(source.modified / 1000);
}
