import type { BatchItem } from './batch.ts';

/** Outcome of one call: all keys accepted; refused for their content, so that one may be the cause; failed otherwise. */
export type Sent = { readonly status: 'accepted' | 'failed' } | { readonly status: 'refused'; readonly error: unknown };

export interface IsolateOptions {
  readonly send: (items: readonly BatchItem[]) => Promise<Sent>;
  /** Told of each key that was refused alone. */
  readonly reject: (item: BatchItem, error: unknown) => void;
}

/** Keys refused alone, with none accepted, after which the others are not searched any more but tried one by one. */
const SUSPICIOUS = 2;

/**
 * Finds the keys for which a batch was refused, and brings the others through.
 *
 * One culprit at a time is searched by halving. Where the first half is accepted, the second is known to hold one and is
 * halved without being sent whole; what is put aside on the way is sent in one call afterwards. A key is rejected only
 * when it was refused alone. For d culprits among n keys this takes at most d * (ceil(log2 n) + 2) + 1 calls; a batch
 * of which every key is refused takes n + 2 * ceil(log2 n) at most.
 *
 * @param refusal of the whole batch
 * @returns the errors of the rejected
 */
export async function isolate(
  items: readonly BatchItem[],
  refusal: unknown,
  options: IsolateOptions,
): Promise<readonly unknown[]> {
  const search = new Search(options);
  let rest = await search.findOne(items, refusal);
  while (rest.length > 0) {
    const part = rest.slice(0, search.size);
    const after = rest.slice(part.length);
    const sent = await search.send(part);
    rest = sent.status === 'refused' ? [...(await search.findOne(part, sent.error)), ...after] : after;
  }
  return search.refusals;
}

class Search {
  readonly #options: IsolateOptions;
  readonly refusals: unknown[] = [];
  /** Keys of the largest call that was accepted; 0 where none was. */
  #largest = 0;
  /** The number of keys was the cause, not one of them. */
  #tooMany = false;

  constructor(options: IsolateOptions) {
    this.#options = options;
  }

  /** Keys to send next. */
  get size(): number {
    if (this.refusals.length >= SUSPICIOUS && this.#largest === 0) return 1;
    return this.#tooMany ? this.#largest : Number.POSITIVE_INFINITY;
  }

  async send(items: readonly BatchItem[]): Promise<Sent> {
    const sent = await this.#options.send(items);
    if (sent.status === 'accepted') this.#largest = Math.max(this.#largest, items.length);
    return sent;
  }

  /**
   * Finds the outcome of at least one of the keys.
   *
   * @param error by which they were refused together
   * @returns those whose outcome is still unknown
   */
  async findOne(items: readonly BatchItem[], error: unknown): Promise<readonly BatchItem[]> {
    let suspects = items;
    /** Refusal of the suspects sent by themselves; undefined where they only remained. */
    let refusal: { readonly error: unknown } | undefined = { error };
    let aside: readonly BatchItem[] = [];
    while (suspects.length > 1) {
      const middle = Math.ceil(suspects.length / 2);
      const [first, second] = [suspects.slice(0, middle), suspects.slice(middle)];
      const sent = await this.send(first);
      // A call that failed otherwise says nothing of the other keys.
      if (sent.status === 'failed') return [...second, ...aside];
      if (sent.status === 'refused') {
        aside = [...second, ...aside];
        suspects = first;
        refusal = sent;
      } else {
        suspects = second;
        refusal = undefined;
      }
    }
    const [suspect] = suspects;
    if (suspect === undefined) return aside;
    if (refusal === undefined) {
      const sent = await this.send(suspects);
      if (sent.status === 'accepted') this.#tooMany = true;
      if (sent.status !== 'refused') return aside;
      refusal = sent;
    }
    this.refusals.push(refusal.error);
    this.#options.reject(suspect, refusal.error);
    return aside;
  }
}
