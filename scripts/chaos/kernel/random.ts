/** FNV-1a with a final mix, 32 bits: tells labels apart, and has to withstand nobody. */
export function hash32(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A stream of numbers that depends on nothing but its seed and its name. */
export class Random {
  readonly #seed: number;
  readonly #name: string;
  #state: number;

  constructor(seed: number, name = '') {
    this.#seed = seed;
    this.#name = name;
    this.#state = hash32(`${seed}/${name}`);
  }

  /** Another stream of the same seed: what is drawn from one does not move the others. */
  stream(name: string): Random {
    return new Random(this.#seed, `${this.#name}/${name}`);
  }

  /** 0 to 1, without 1. mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number; both ends may come. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** @throws RangeError for an empty list */
  pick<T>(values: readonly T[]): T {
    const index = Math.floor(this.next() * values.length);
    if (index >= values.length) throw new RangeError('There is nothing to pick from.');
    return values[index] as T;
  }

  /** Hexadecimal digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += Math.floor(this.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }
}
