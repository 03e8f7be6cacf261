import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import type { KeyFinder, ListedPage, Lister, ListRequest } from './lister.ts';
import { LiveRange } from './live-range.ts';
import { type KeyRange, rangeOf, splitRange } from './ranges.ts';

/** Pages that a range must have shown before it is worth the questions that splitting it takes. */
const PAGES_BEFORE_SPLIT = 2;

export interface RangeWorkOptions {
  readonly ranges: readonly KeyRange[];
  readonly workers: number;
  /**
   * Does all of a range, usually by listing it with {@link LiveRange.pages}. When it fails, no other range is begun and
   * the signal tells those under way.
   */
  readonly work: (range: LiveRange, signal: AbortSignal) => Promise<void>;
  /**
   * Cuts a range behind a cursor in two, for a worker that has nothing left to do; see {@link splitRange}. Without it
   * ranges stay as they are.
   */
  readonly split?: (
    range: KeyRange,
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<readonly [KeyRange, KeyRange] | undefined>;
  readonly pagesBeforeSplit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Works on ranges of keys with a number of workers. A worker that runs out of ranges takes the far part of the one
 * that has shown the most, so that all are busy to the end, however unevenly the keys lie.
 */
export class RangeWork {
  readonly #options: RangeWorkOptions;
  readonly #waiting: KeyRange[];
  readonly #live = new Set<LiveRange>();
  /** Ranges of which a worker is about to take a part. */
  readonly #beingSplit = new Set<LiveRange>();
  readonly #unsplittable = new WeakSet<LiveRange>();
  readonly #abort = new AbortController();
  #idle: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RangeWorkOptions) {
    this.#options = options;
    this.#waiting = [...options.ranges];
  }

  /**
   * Unfinished ranges, in order: to go on later from here. Ranges under way begin behind what `done` was called with.
   */
  get remaining(): readonly KeyRange[] {
    const rests = [...[...this.#live].map(({ rest }) => rest), ...this.#waiting];
    return rests.sort((a, b) =>
      a.after === undefined ? -1 : b.after === undefined ? 1 : compareUtf8(a.after, b.after),
    );
  }

  /** @throws what the first failing work or split throws, or the signal's reason; everything has settled then */
  async run(): Promise<void> {
    const { signal, workers } = this.#options;
    const stop = (): void => this.#fail(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#worker()));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    if (this.#failure) throw this.#failure.error;
  }

  async #worker(): Promise<void> {
    while (!this.#failure) {
      const range = this.#waiting.shift();
      try {
        if (range) await this.#work(range);
        else if (!(await this.#takePart())) {
          // A split that is under way then comes too late.
          if (this.#live.size === 0) break;
          await new Promise<void>((resolve) => this.#idle.push(resolve));
        }
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#wake();
  }

  async #work(range: KeyRange): Promise<void> {
    const live = new LiveRange(range, () => this.#wake());
    this.#live.add(live);
    // It stays among those that remain when it fails.
    await this.#options.work(live, this.#abort.signal);
    this.#live.delete(live);
    this.#wake();
  }

  /**
   * Makes a range of the far part of one that is being worked on.
   *
   * @returns whether there is anything new to look at
   */
  async #takePart(): Promise<boolean> {
    const { split } = this.#options;
    const victim = split && this.#largest();
    if (!split || !victim) return false;
    this.#beingSplit.add(victim);
    try {
      const parts = await split(victim.range, victim.reached, this.#abort.signal);
      if (parts === undefined) this.#unsplittable.add(victim);
      // Its worker may have gone on beyond the split, or come to the end.
      else if (this.#live.has(victim) && parts[1].after !== undefined && victim.narrow(parts[1].after))
        this.#waiting.push(parts[1]);
    } finally {
      this.#beingSplit.delete(victim);
      this.#wake();
    }
    return true;
  }

  /** How much is left of a range nobody knows; most likely it is one that has had much already. */
  #largest(): LiveRange | undefined {
    let largest: LiveRange | undefined;
    for (const live of this.#live) {
      if (live.pageCount < (this.#options.pagesBeforeSplit ?? PAGES_BEFORE_SPLIT)) continue;
      if (this.#beingSplit.has(live) || this.#unsplittable.has(live)) continue;
      if (largest === undefined || live.pageCount > largest.pageCount) largest = live;
    }
    return largest;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#abort.abort(error);
    this.#wake();
  }

  #wake(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

export interface ParallelListing {
  readonly lister: Lister & KeyFinder;
  readonly workers: number;
  /** Called with every page; pages of one range come in order. The next page of the range waits for it. */
  readonly onPage: (page: ListedPage, range: LiveRange) => void | Promise<void>;
}

/**
 * Lists a bucket with several workers, each in a range of keys of its own, whatever the keys look like. One begins, and
 * the others take parts as soon as there is more than a few pages: a small bucket costs not one call more.
 *
 * @throws what the lister or `onPage` throws: without an error every object was handed out, once
 */
export async function listInParallel(
  request: ListRequest,
  { lister, workers, onPage }: ParallelListing,
): Promise<void> {
  const { bucket, prefix, signal } = request;
  const where = { bucket, ...(prefix === undefined ? {} : { prefix }) };
  const work = new RangeWork({
    ranges: [rangeOf(request.after, request.until)],
    workers,
    ...(signal === undefined ? {} : { signal }),
    split: (range, cursor, stop) => splitRange(lister, { ...where, signal: stop }, range, cursor),
    work: async (range, stop) => {
      for await (const page of range.pages(lister, { ...where, signal: stop })) await onPage(page, range);
    },
  });
  await work.run();
}
