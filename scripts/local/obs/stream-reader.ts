import { S3Error } from './errors.ts';

/** Takes a stream apart: pieces up to a marker, pieces of a given size. */
export class StreamReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /**
   * Reads up to the next marker and consumes it; undefined when the stream ends first.
   * @throws S3Error IncompleteBody when more than `limit` bytes come before it
   */
  async until(marker: string, limit: number): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(marker);
      if (end > limit || (end < 0 && this.#buffer.length > limit + marker.length)) throw new S3Error('IncompleteBody');
      if (end >= 0) {
        const before = this.#buffer.subarray(0, end);
        this.#buffer = this.#buffer.subarray(end + marker.length);
        return before;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** Reads at least one byte and at most this many. Throws S3Error IncompleteBody at the end of the stream. */
  async take(most: number): Promise<Buffer> {
    if (this.#buffer.length === 0 && !(await this.#more())) throw new S3Error('IncompleteBody');
    const taken = this.#buffer.subarray(0, most);
    this.#buffer = this.#buffer.subarray(taken.length);
    return taken;
  }

  /**
   * Everything up to the next marker, which is taken as well. Throws S3Error IncompleteBody where there is none.
   */
  async *stream(marker: string): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#buffer.indexOf(marker);
      // The marker's beginning may already be there.
      const safe = end >= 0 ? end : Math.max(0, this.#buffer.length - marker.length + 1);
      const piece = this.#buffer.subarray(0, safe);
      this.#buffer = this.#buffer.subarray(end >= 0 ? end + marker.length : safe);
      if (piece.length > 0) yield piece;
      if (end >= 0) return;
      if (!(await this.#more())) throw new S3Error('IncompleteBody');
    }
  }

  async atEnd(): Promise<boolean> {
    return this.#buffer.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const step = await this.#source.next();
      if (step.done) return false;
      if (step.value.length === 0) continue;
      this.#buffer = this.#buffer.length === 0 ? step.value : Buffer.concat([this.#buffer, step.value]);
      return true;
    }
  }
}
