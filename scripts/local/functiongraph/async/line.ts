interface Waiting {
  readonly next: number;
}

/**
 * A waiting line: first in, first out among those whose time has come. Those whose time comes later stand aside and join
 * at the end. An outage fills it with tens of thousands, so nothing here looks at all of them.
 */
export class Line<T extends Waiting> {
  /** Entries in order, from `#first` on. */
  #due: (T | undefined)[] = [];
  #first = 0;
  /** A heap: none is before its parent at half its place. Equal times keep the order of their coming. */
  readonly #later: { readonly item: T; readonly next: number; readonly order: number }[] = [];
  #order = 0;

  get length(): number {
    return this.#due.length - this.#first + this.#later.length;
  }

  push(item: T, now: number): void {
    if (item.next <= now) {
      this.#due.push(item);
      return;
    }
    this.#later.push({ item, next: item.next, order: this.#order++ });
    this.#rise(this.#later.length - 1);
  }

  /** Takes the one whose turn it is; undefined when nobody's time has come. */
  take(now: number): T | undefined {
    for (let top = this.#later[0]; top && top.next <= now; top = this.#later[0]) {
      this.#due.push(top.item);
      this.#removeTop();
    }
    const item = this.#due[this.#first];
    if (item === undefined) return undefined;
    this.#due[this.#first++] = undefined;
    if (this.#first * 2 > this.#due.length) {
      this.#due = this.#due.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  nextTime(): number | undefined {
    return this.#due[this.#first]?.next ?? this.#later[0]?.next;
  }

  #rise(place: number): void {
    for (let child = place; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  #removeTop(): void {
    const last = this.#later.pop();
    if (!last || this.#later.length === 0) return;
    this.#later[0] = last;
    for (let parent = 0; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < this.#later.length && this.#isBefore(child, least)) least = child;
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#later[one], this.#later[other]];
    return a !== undefined && b !== undefined && (a.next < b.next || (a.next === b.next && a.order < b.order));
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#later[one], this.#later[other]];
    if (!a || !b) return;
    this.#later[one] = b;
    this.#later[other] = a;
  }
}
