/** Names in the order of the bytes of their UTF-8. */
export class SortedNames {
  readonly #names: string[] = [];

  add(name: string): void {
    const index = this.#position(name);
    if (this.#names[index] !== name) this.#names.splice(index, 0, name);
  }

  delete(name: string): void {
    const index = this.#position(name);
    if (this.#names[index] === name) this.#names.splice(index, 1);
  }

  /** The names after another one that begin with a prefix; one more than asked for where there are more. */
  after(name: string, prefix: string, count: number): string[] {
    let index = this.#position(isBefore(name, prefix) ? prefix : name);
    if (this.#names[index] === name && name !== '') index += 1;
    const found: string[] = [];
    for (; found.length <= count; index += 1) {
      const next = this.#names[index];
      if (!next?.startsWith(prefix)) break;
      found.push(next);
    }
    return found;
  }

  #position(name: string): number {
    let [low, high] = [0, this.#names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#names[middle] ?? '', name)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** The order of code units is that of bytes save for surrogates, which stand for what comes last. */
function isBefore(a: string, b: string): boolean {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
