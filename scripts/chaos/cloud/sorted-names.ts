/** Names in order. Those of this simulation are ASCII, where the order of code units is that of bytes. */
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
    let index = this.#position(name < prefix ? prefix : name);
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
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
