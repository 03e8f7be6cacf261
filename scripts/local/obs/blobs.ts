import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { constants, copyFile, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file with content; an object or part consists of one or several. */
export interface Segment {
  readonly id: string;
  readonly size: number;
}

const SHARDS = 64;
/** Bytes up to which one synchronous write is quicker than three round trips through the thread pool. */
const SMALL = 64 * 1024;
const READ_SIZE = 256 * 1024;

/**
 * Content on disk. File names come from a counter, never from a key, so no key is hostile to the file system, and an
 * object is never overwritten in place: a reader keeps what it opened.
 */
export class Blobs {
  readonly #dir: string;
  readonly #fsync: boolean;
  /** Tells this run's files from those of an earlier one. */
  readonly #run = randomBytes(5).toString('hex');
  #count = 0;
  /** How many readers a file has; a file that is removed meanwhile goes when the last one is done. */
  readonly #leases = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(dir: string, fsync: boolean) {
    this.#dir = dir;
    this.#fsync = fsync;
    mkdirSync(dir, { recursive: true });
    const present = new Set(readdirSync(dir));
    for (let shard = 0; shard < SHARDS; shard++)
      if (!present.has(shardName(shard))) mkdirSync(join(dir, shardName(shard)));
    // Removes files that an earlier run began to write and never finished.
    rmSync(this.#temporary(''), { recursive: true, force: true });
    mkdirSync(this.#temporary(''));
  }

  /** Stores content as a new file: written aside, then renamed, so that a file is whole or absent. */
  async write(source: AsyncIterable<Buffer>): Promise<Segment> {
    const id = this.#nextId();
    const temporary = this.#temporary(id);
    const chunks: Buffer[] = [];
    let buffered = 0;
    let size = 0;
    const iterator = source[Symbol.asyncIterator]();
    let step = await iterator.next();
    for (; !step.done && buffered <= SMALL; step = await iterator.next()) {
      chunks.push(step.value);
      buffered += step.value.length;
    }
    if (step.done && !this.#fsync) {
      writeSmall(temporary, chunks);
      renameSync(temporary, this.path(id));
      return { id, size: buffered };
    }
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        for (;;) {
          for (const chunk of chunks.splice(0)) {
            await file.writeFile(chunk);
            size += chunk.length;
          }
          if (step.done) break;
          chunks.push(step.value);
          step = await iterator.next();
        }
        if (this.#fsync) await file.sync();
      } finally {
        await file.close();
      }
      await this.#publish(temporary, id);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return { id, size };
  }

  async copy(segment: Segment): Promise<Segment> {
    const id = this.#nextId();
    const temporary = this.#temporary(id);
    try {
      await copyFile(this.path(segment.id), temporary, constants.COPYFILE_FICLONE);
      if (this.#fsync) await syncFile(temporary);
      await this.#publish(temporary, id);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return { id, size: segment.size };
  }

  /** Reads a range of the concatenation of segments; the end is exclusive. */
  async *read(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const segment of segments) {
      const from = Math.max(0, start - offset);
      const to = Math.min(segment.size, end - offset);
      offset += segment.size;
      if (from >= to) continue;
      const file = await open(this.path(segment.id), 'r');
      try {
        for (let position = from; position < to; ) {
          const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, to - position));
          const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
          if (bytesRead === 0) throw new Error(`The file of ${segment.id} is shorter than recorded.`);
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    }
  }

  /** Keeps files from being removed until the returned function is called. */
  lease(segments: readonly Segment[]): () => void {
    for (const { id } of segments) this.#leases.set(id, (this.#leases.get(id) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const { id } of segments) {
        const left = (this.#leases.get(id) ?? 1) - 1;
        if (left > 0) this.#leases.set(id, left);
        else {
          this.#leases.delete(id);
          // A file that cannot be removed now is an orphan, which the next start sweeps away.
          if (this.#doomed.delete(id)) rm(this.path(id), { force: true }).catch(() => {});
        }
      }
    };
  }

  async remove(segments: readonly Segment[]): Promise<void> {
    for (const { id } of segments) {
      if (this.#leases.has(id)) this.#doomed.add(id);
      else await rm(this.path(id), { force: true }).catch(() => {});
    }
  }

  /** Removes files of earlier runs that no record names: their process was killed before it could record them. */
  async sweep(isLive: (id: string) => boolean): Promise<number> {
    let removed = 0;
    for (let shard = 0; shard < SHARDS; shard++) {
      const folder = join(this.#dir, shardName(shard));
      for (const id of await readdir(folder)) {
        if (id.startsWith(this.#run) || isLive(id)) continue;
        await rm(join(folder, id), { force: true });
        removed++;
      }
    }
    return removed;
  }

  path(id: string): string {
    const count = Number.parseInt(id.slice(id.indexOf('-') + 1), 36);
    return join(this.#dir, shardName(count % SHARDS), id);
  }

  async #publish(temporary: string, id: string): Promise<void> {
    const path = this.path(id);
    await rename(temporary, path);
    // A new name lasts when its folder was written through.
    if (this.#fsync) await syncFile(dirname(path));
  }

  #temporary(id: string): string {
    return join(this.#dir, 'tmp', id);
  }

  #nextId(): string {
    return `${this.#run}-${(this.#count++).toString(36)}`;
  }
}

function shardName(shard: number): string {
  return shard.toString(16).padStart(2, '0');
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function writeSmall(path: string, chunks: readonly Buffer[]): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (const chunk of chunks) for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
