import { createHash } from 'node:crypto';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { DeadLetter } from './document.ts';
import { DeadLetterTooLargeError } from './errors.ts';
import { DEAD_LETTER_LIMITS } from './limits.ts';
import { deadLetterName } from './name.ts';

export interface DeadLettersOptions {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Prefix of dead letters; ends with a slash. */
  readonly prefix: string;
  /** Prefix of parked dead letters; ends with a slash. */
  readonly parkedPrefix: string;
}

/**
 * Writes dead letters. Names are those of the objects, prefix included. Reading needs the schema
 * (document.ts), which a function that only writes does not load.
 */
export class DeadLetters {
  readonly #store: ObjectStore;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #parkedPrefix: string;

  constructor({ store, bucket, prefix, parkedPrefix }: DeadLettersOptions) {
    this.#store = store;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#parkedPrefix = parkedPrefix;
  }

  /**
   * Writes a dead letter, over the one of the same name: it tells of the same failure (name.ts).
   *
   * @returns its name
   * @throws DeadLetterTooLargeError, ObjectStoreError
   */
  async put(letter: DeadLetter): Promise<string> {
    return await this.#write(this.#prefix, letter);
  }

  /**
   * Writes a dead letter to where those are that were given up. The one that it was made of is still to be deleted.
   *
   * @returns its name
   * @throws DeadLetterTooLargeError, ObjectStoreError
   */
  async park(letter: DeadLetter): Promise<string> {
    return await this.#write(this.#parkedPrefix, letter);
  }

  /**
   * Keeps a document that cannot be written anew among those that were given up, byte for byte. Its name is made of its
   * own and its content, so that another document that gets its name does not take its place.
   *
   * @param name of the document, which is still to be deleted
   * @returns its new name
   * @throws ObjectStoreError
   */
  async parkAsFound(name: string, body: Buffer): Promise<string> {
    const id = createHash('sha256').update(`${name}\0`).update(body).digest('hex').slice(0, 32);
    const key = `${this.#parkedPrefix}as-found/${id}.json`;
    await this.#store.putObject({ bucket: this.#bucket, key, body, contentType: 'application/json' });
    return key;
  }

  async #write(prefix: string, letter: DeadLetter): Promise<string> {
    const key = `${prefix}${deadLetterName(letter)}`;
    const body = Buffer.from(`${JSON.stringify(letter)}\n`);
    if (body.byteLength > DEAD_LETTER_LIMITS.documentBytes) throw new DeadLetterTooLargeError(body.byteLength);
    await this.#store.putObject({ bucket: this.#bucket, key, body, contentType: 'application/json' });
    return key;
  }
}
