const MAX_CHUNK = 1024;

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

/**
 * A map ordered by its keys: a sorted list of sorted chunks. Finding a place takes two binary searches, an insertion
 * moves at most one chunk's worth of pointers, and a walk from any place touches only what it returns.
 */
export class SortedMap<V> {
  #chunks: Chunk<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Builds the map in one go; later entries win over earlier ones of the same key. */
  static from<V>(entries: ReadonlyMap<string, V>): SortedMap<V> {
    const map = new SortedMap<V>();
    const keys = [...entries.keys()].sort((a, b) => (a < b ? -1 : 1));
    for (let start = 0; start < keys.length; start += MAX_CHUNK / 2) {
      const part = keys.slice(start, start + MAX_CHUNK / 2);
      map.#chunks.push({ keys: part, values: part.map((key) => entries.get(key) as V) });
    }
    map.#size = keys.length;
    return map;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (!chunk) return undefined;
    const index = lowerBound(chunk.keys, key);
    return chunk.keys[index] === key ? chunk.values[index] : undefined;
  }

  set(key: string, value: V): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (!chunk) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#size++;
      return;
    }
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] === key) {
      chunk.values[index] = value;
      return;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    this.#size++;
    if (chunk.keys.length > MAX_CHUNK) this.#split(at, chunk, index);
  }

  delete(key: string): boolean {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (!chunk) return false;
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] !== key) return false;
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(at, 1);
    this.#size--;
    return true;
  }

  /** A cursor on the first entry whose key is not less than (or, exclusive, greater than) the given one. */
  seek(key: string, exclusive = false): Cursor<V> {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    let index = chunk ? lowerBound(chunk.keys, key) : 0;
    if (exclusive && chunk?.keys[index] === key) index++;
    return new Cursor(this.#chunks, at, index);
  }

  *entries(): Generator<readonly [string, V]> {
    for (const cursor = this.seek(''); ; cursor.next()) {
      const { key, value } = cursor;
      if (key === undefined) return;
      yield [key, value as V];
    }
  }

  /** The chunk in which the key is or would be: the last one whose first key is not greater. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#chunks[middle]?.keys[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #split(at: number, chunk: Chunk<V>, inserted: number): void {
    // Ascending insertions leave full chunks behind, not half-empty ones.
    const middle = inserted === chunk.keys.length - 1 ? inserted : chunk.keys.length >>> 1;
    this.#chunks.splice(at + 1, 0, { keys: chunk.keys.splice(middle), values: chunk.values.splice(middle) });
  }
}

/** A place in a map; valid until the map changes. */
export class Cursor<V> {
  readonly #chunks: readonly Chunk<V>[];
  #at: number;
  #index: number;

  constructor(chunks: readonly Chunk<V>[], at: number, index: number) {
    this.#chunks = chunks;
    this.#at = at;
    this.#index = index;
    this.#settle();
  }

  /** Undefined at the end. */
  get key(): string | undefined {
    return this.#chunks[this.#at]?.keys[this.#index];
  }

  get value(): V | undefined {
    return this.#chunks[this.#at]?.values[this.#index];
  }

  next(): void {
    this.#index++;
    this.#settle();
  }

  #settle(): void {
    const chunk = this.#chunks[this.#at];
    if (chunk && this.#index >= chunk.keys.length) {
      this.#at++;
      this.#index = 0;
    }
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
