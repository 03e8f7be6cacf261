import type { LogLine } from '../types.ts';

export interface StoredLine extends LogLine {
  /** 19 digits that grow from line to line: nanoseconds, as far as the clock goes. */
  readonly lineNum: string;
}

interface Stream {
  /** The first `gone` entries have been dropped. */
  lines: StoredLine[];
  gone: number;
  size: number;
}

/** Bytes of all lines together; LTS keeps them for days, a laptop keeps the last ones. */
const MAX_BYTES = 32 * 1024 * 1024;
const OVERHEAD = 200;

/** The last lines of every log stream, in memory. What one stream writes too much, it loses itself. */
export class LogStore {
  readonly #streams = new Map<string, Stream>();
  readonly #maxBytes: number;
  #size = 0;
  #last = 0n;

  constructor(options: { readonly maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  add(streamId: string, line: LogLine): void {
    const nanoseconds = BigInt(Math.trunc(line.time)) * 1_000_000n;
    this.#last = nanoseconds > this.#last ? nanoseconds : this.#last + 1n;
    const stored = { ...line, lineNum: String(this.#last).padStart(19, '0') };
    let stream = this.#streams.get(streamId);
    if (!stream) {
      stream = { lines: [], gone: 0, size: 0 };
      this.#streams.set(streamId, stream);
    }
    stream.lines.push(stored);
    stream.size += sizeOf(stored);
    this.#size += sizeOf(stored);
    while (this.#size > this.#maxBytes) this.#drop();
  }

  lines(streamId: string): readonly StoredLine[] {
    const stream = this.#streams.get(streamId);
    return stream ? stream.lines.slice(stream.gone) : [];
  }

  has(streamId: string): boolean {
    return this.#streams.has(streamId);
  }

  get size(): number {
    return this.#size;
  }

  #drop(): void {
    let largest: Stream | undefined;
    for (const stream of this.#streams.values()) if (!largest || stream.size > largest.size) largest = stream;
    const oldest = largest?.lines[largest.gone];
    if (!largest || !oldest) return;
    largest.gone += 1;
    largest.size -= sizeOf(oldest);
    this.#size -= sizeOf(oldest);
    // Not with each line: moving all others costs as much as there are.
    if (largest.gone > largest.lines.length / 2) {
      largest.lines = largest.lines.slice(largest.gone);
      largest.gone = 0;
    }
  }
}

function sizeOf({ text }: StoredLine): number {
  return OVERHEAD + 2 * text.length;
}
