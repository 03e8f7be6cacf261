import TinyQueue from 'tinyqueue';

interface Place<T> {
  readonly item: T;
  readonly order: number;
}

/**
 * A waiting line: first in, first out among those whose time has come. Those whose time comes later stand aside and join
 * at the end. An outage fills it with tens of thousands, so nothing here looks at all of them.
 */
export class Line<T extends { readonly next: number }> {
  readonly #due = new TinyQueue<Place<T>>([], (a, b) => a.order - b.order);
  readonly #later = new TinyQueue<Place<T>>([], (a, b) => a.item.next - b.item.next || a.order - b.order);
  #order = 0;

  get length(): number {
    return this.#due.length + this.#later.length;
  }

  push(item: T, now: number): void {
    (item.next <= now ? this.#due : this.#later).push({ item, order: this.#order++ });
  }

  /** Takes the one whose turn it is; undefined when nobody's time has come. */
  take(now: number): T | undefined {
    for (let next = this.#later.peek(); next && next.item.next <= now; next = this.#later.peek()) {
      this.#later.pop();
      this.#due.push({ item: next.item, order: this.#order++ });
    }
    return this.#due.pop()?.item;
  }

  nextTime(): number | undefined {
    return (this.#due.peek() ?? this.#later.peek())?.item.next;
  }
}
