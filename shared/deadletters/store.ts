import type { ListedObject, ObjectStore } from '#shared/objectstore/port.ts';
import { type DeadLetter, parseDeadLetter } from './document.ts';
import { UnreadableDeadLetterError } from './errors.ts';
import { DEAD_LETTER_LIMITS } from './limits.ts';
import { type DeadLettersOptions, DeadLetterWriter } from './writer.ts';

/** The dead letters of a bucket. Names are those of the objects, prefix included. Every method throws ObjectStoreError. */
export class DeadLetters extends DeadLetterWriter {
  readonly #store: ObjectStore;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #parkedPrefix: string;

  constructor(options: DeadLettersOptions) {
    super(options);
    const { store, bucket, prefix, parkedPrefix } = options;
    this.#store = store;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#parkedPrefix = parkedPrefix;
  }

  /**
   * @throws UnreadableDeadLetterError where the object is no dead letter, ObjectNotFoundError, ObjectTooLargeError
   */
  async get(name: string): Promise<DeadLetter> {
    const { body } = await this.#store.getObject({
      bucket: this.#bucket,
      key: name,
      maxBytes: DEAD_LETTER_LIMITS.documentBytes,
    });
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    } catch (cause) {
      throw new UnreadableDeadLetterError('not_utf8', { cause });
    }
    return parseDeadLetter(text);
  }

  /** Removes a dead letter, also a parked one. That there is none is no error. */
  async delete(name: string): Promise<void> {
    await this.#store.deleteObject({ bucket: this.#bucket, key: name });
  }

  /**
   * The dead letters, those of the oldest events first.
   *
   * @param options.parked those that were given up, instead
   * @param options.startAfter name after which to begin
   */
  async *list(
    options: { readonly parked?: boolean; readonly startAfter?: string } = {},
  ): AsyncGenerator<ListedObject, void, undefined> {
    const prefix = options.parked === true ? this.#parkedPrefix : this.#prefix;
    let continuationToken: string | undefined;
    do {
      const page = await this.#store.listObjects({
        bucket: this.#bucket,
        prefix,
        ...(continuationToken === undefined
          ? options.startAfter !== undefined && { startAfter: options.startAfter }
          : { continuationToken }),
      });
      yield* page.objects;
      continuationToken = page.nextToken;
    } while (continuationToken !== undefined);
  }
}
