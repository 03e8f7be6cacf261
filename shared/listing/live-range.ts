import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { type ListedPage, type Lister, type ListRequest, upTo } from './lister.ts';
import { isInside, type KeyRange, rangeOf } from './ranges.ts';

/**
 * A range that is being listed, in one bucket or in several, and whose end may move down to where these listings are,
 * when somebody else takes what is behind.
 */
export class LiveRange {
  readonly #after: string | undefined;
  #until: string | undefined;
  #reached: string | undefined;
  #cursor: string | undefined;
  #pages = 0;
  readonly #onPage: () => void;

  constructor({ after, until }: KeyRange, onPage: () => void = () => {}) {
    this.#after = after;
    this.#until = until;
    this.#reached = after;
    this.#cursor = after;
    this.#onPage = onPage;
  }

  get range(): KeyRange {
    return rangeOf(this.#after, this.#until);
  }

  get rest(): KeyRange {
    return rangeOf(this.#cursor, this.#until);
  }

  /** The highest key that a listing of it has handed out, or that is done; before the first, its beginning. */
  get reached(): string | undefined {
    return this.#reached;
  }

  /** Pages that were handed out, of all its listings. */
  get pageCount(): number {
    return this.#pages;
  }

  /** @param cursor every key up to this one, inclusive, has been worked on and need not be listed again */
  done(cursor: string): void {
    this.#cursor = cursor;
    // Somebody else may have come further than the listings here.
    this.#reach(cursor);
  }

  /**
   * Lists it in a bucket. The end of the range is what it is when a page is handed out, so that several listings of it
   * end at the same key, and none hands out what now belongs to another range.
   */
  async *pages(
    lister: Lister,
    request: Omit<ListRequest, 'after' | 'until'>,
  ): AsyncGenerator<ListedPage, void, undefined> {
    for await (const page of lister.pages({ ...request, ...this.rest })) {
      const taken = this.#take(page);
      yield taken;
      if (taken.last) return;
    }
  }

  /**
   * Moves the end down.
   *
   * @returns false where listings are beyond it already, or it is not below the end: nothing has changed then
   */
  narrow(until: string): boolean {
    if (this.#reached !== undefined && compareUtf8(until, this.#reached) < 0) return false;
    if (!isInside(until, this.#after, this.#until)) return false;
    this.#until = until;
    return true;
  }

  #take(page: ListedPage): ListedPage {
    const until = this.#until;
    const last = page.objects.at(-1)?.key;
    this.#pages += 1;
    let taken = page;
    if (until !== undefined && last !== undefined && compareUtf8(last, until) >= 0)
      taken = { ...page, objects: upTo(page.objects, until), last: true, isEndSeen: true };
    const reached = taken.objects.at(-1)?.key;
    if (reached !== undefined) this.#reach(reached);
    this.#onPage();
    return taken;
  }

  #reach(key: string): void {
    if (this.#reached === undefined || compareUtf8(this.#reached, key) < 0) this.#reached = key;
  }
}
