import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../write-atomically.ts';
import type { StoredFunction } from './model.ts';

class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError';

  constructor(file: string) {
    super(`${file} is damaged; move the file away to start without the function that it holds`);
  }
}

/**
 * Functions as files, one each, and their code by its digest. A file is replaced as a whole, and code is written before
 * what refers to it, so that a process that is killed between two writes leaves the function before or the function after.
 */
export class FunctionStore {
  readonly #functions: string;
  readonly #codes: string;
  /** Code of functions that are not kept. */
  readonly #memory = new Map<string, Uint8Array>();
  /** Written, but perhaps not referred to yet. */
  readonly #pinned = new Map<string, number>();
  /** Writing and sweeping take turns: what is written anew must not be removed as what it was before. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#functions = join(folder, 'functions');
    this.#codes = join(folder, 'code');
  }

  /** Every function that was kept. Throws StoreDamagedError. */
  async load(): Promise<StoredFunction[]> {
    for (const folder of [this.#functions, this.#codes]) {
      await mkdir(folder, { recursive: true });
      // Left behind by a process that was killed while it wrote.
      for (const file of await readdir(folder))
        if (file.endsWith('.tmp')) await rm(join(folder, file), { force: true });
    }
    const functions: StoredFunction[] = [];
    for (const file of (await readdir(this.#functions)).sort()) {
      const path = join(this.#functions, file);
      if (file.endsWith('.json')) functions.push(parse(path, await readFile(path, 'utf8')));
    }
    return functions;
  }

  async save(fn: StoredFunction): Promise<void> {
    if (fn.ephemeral) return;
    await writeAtomically(this.#file(fn), `${JSON.stringify(fn)}\n`);
  }

  async remove(fn: StoredFunction): Promise<void> {
    await rm(this.#file(fn), { force: true });
  }

  /** Keeps code by its digest; it is not swept away before `release`. */
  async putCode(digest: string, zip: Uint8Array, options: { readonly ephemeral?: boolean } = {}): Promise<void> {
    this.#pinned.set(digest, (this.#pinned.get(digest) ?? 0) + 1);
    if (options.ephemeral) {
      this.#memory.set(digest, zip);
      return;
    }
    await this.#inTurn(async () => {
      const temporary = join(this.#codes, `${randomUUID()}.tmp`);
      try {
        await writeFile(temporary, zip, { mode: 0o600 });
        await rename(temporary, this.#codeFile(digest));
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  release(digest: string): void {
    const left = (this.#pinned.get(digest) ?? 0) - 1;
    if (left > 0) this.#pinned.set(digest, left);
    else this.#pinned.delete(digest);
  }

  async getCode(digest: string): Promise<Uint8Array> {
    return this.#memory.get(digest) ?? (await readFile(this.#codeFile(digest)));
  }

  /** Removes the code that no function refers to: asked again and again, because functions come and go meanwhile. */
  async sweep(referred: () => ReadonlySet<string>): Promise<void> {
    const unused = (digest: string): boolean => !referred().has(digest) && !this.#pinned.has(digest);
    for (const digest of this.#memory.keys()) if (unused(digest)) this.#memory.delete(digest);
    await this.#inTurn(async () => {
      for (const file of await readdir(this.#codes))
        if (unused(file.replace(/\.zip$/, ''))) await rm(join(this.#codes, file), { force: true });
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  #file(fn: StoredFunction): string {
    return join(this.#functions, `${fn.package}.${fn.name}.json`);
  }

  #codeFile(digest: string): string {
    return join(this.#codes, `${digest}.zip`);
  }
}

function parse(path: string, text: string): StoredFunction {
  let fn: Partial<StoredFunction> | null;
  try {
    fn = JSON.parse(text);
  } catch {
    throw new StoreDamagedError(path);
  }
  if (fn === null || fn.format !== 1 || typeof fn.name !== 'string' || typeof fn.latest !== 'object')
    throw new StoreDamagedError(path);
  return fn as StoredFunction;
}
