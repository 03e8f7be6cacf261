import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from '../../write-atomically.ts';
import type { Trigger } from './types.ts';

const FORMAT = 1;

/** The file of all triggers; it is replaced as a whole, so that it is never half of two states. */
export class TriggerStore {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<Trigger[]> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      throw this.#damaged();
    }
    const { format, triggers } = (content ?? {}) as { readonly format?: unknown; readonly triggers?: unknown };
    if (format !== FORMAT || !Array.isArray(triggers) || !triggers.every(isTrigger)) throw this.#damaged();
    return triggers;
  }

  async save(triggers: readonly Trigger[]): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    await writeAtomically(this.#file, `${JSON.stringify({ format: FORMAT, triggers })}\n`);
  }

  #damaged(): Error {
    return new Error(`${this.#file} is damaged; move the file away to start without triggers`);
  }
}

function isTrigger(value: unknown): value is Trigger {
  const { id, urn, type, data } = (value ?? {}) as Partial<Record<keyof Trigger, unknown>>;
  return [id, urn, type].every((text) => typeof text === 'string') && typeof data === 'object' && data !== null;
}
