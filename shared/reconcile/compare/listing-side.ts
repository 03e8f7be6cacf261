import { DiffError, type Side } from './errors.ts';
import type { FactsPage, ObjectFacts } from './object-facts.ts';

export interface ListingSideOptions {
  readonly side: Side;
  /** Pages in order and within the range, as listers check them. */
  readonly pages: AsyncIterable<FactsPage>;
  readonly now: () => number;
}

export class ListingSide {
  /** The current page: never used up while the listing goes on. */
  page: readonly ObjectFacts[] = [];
  index = 0;
  ended = false;
  /** Whether there was any object at all. */
  sawObject = false;
  /** Request time of the last page: milliseconds since the epoch. */
  listedAt: number;
  readonly #options: ListingSideOptions;
  readonly #pages: AsyncIterator<FactsPage>;
  /** The last key of the page before. */
  #position: string | undefined;
  #endConfirmed = false;

  constructor(options: ListingSideOptions) {
    this.#options = options;
    this.#pages = options.pages[Symbol.asyncIterator]();
    this.listedAt = options.now();
  }

  /**
   * Reads on where the current page is used up.
   *
   * @throws DiffError
   */
  async load(): Promise<void> {
    while (!this.ended && this.index >= this.page.length) {
      this.#position = this.page.at(-1)?.key ?? this.#position;
      const asked = this.#options.now();
      const { done, value } = await this.#next();
      this.ended = done === true;
      [this.page, this.index] = [done === true ? [] : value.objects, 0];
      if (done === true) return;
      this.listedAt = value.listedAt ?? asked;
      this.#endConfirmed = value.isEndSeen === true;
      this.sawObject ||= value.objects.length > 0;
    }
  }

  /**
   * Confirms the end of the listing, looking behind it once where the lister has not seen it.
   *
   * @param look behind the last key; absent where the store is believed
   */
  async confirmEnd(look: ((side: Side, after: string | undefined) => Promise<boolean>) | undefined): Promise<boolean> {
    this.#endConfirmed ||= look === undefined || (await look(this.#options.side, this.#position));
    return this.#endConfirmed;
  }

  /** Ends a listing that is not read to its end. What goes wrong then no longer matters. */
  async close(): Promise<void> {
    if (!this.ended) await Promise.resolve(this.#pages.return?.()).catch(() => {});
  }

  async #next(): Promise<IteratorResult<FactsPage, unknown>> {
    try {
      return await this.#pages.next();
    } catch (error) {
      throw DiffError.of(this.#options.side, this.#position, error);
    }
  }
}
