import type { CappedLog } from '#shared/logging/capped-log.ts';
import {
  AccessDeniedError,
  ObjectNotFoundError,
  ObjectStoreError,
  ObjectTooLargeError,
} from '#shared/objectstore/errors.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { classify } from '#shared/pipeline/failures.ts';
import { dueAt } from './backoff.ts';
import { forEachConcurrently } from './concurrently.ts';
import type { FoundDocument, RedriveDocument } from './document.ts';
import { listDocuments, type Position, type Source } from './listing.ts';
import type { RedriveFilter } from './options.ts';
import { readDocument } from './read.ts';
import type { StopReason, Tally } from './report.ts';
import { type Resolved, type ResolveOptions, resolveDocument } from './resolve.ts';

/** A document that is to be redriven, with the keys that it asks for. */
export interface Taken {
  readonly document: RedriveDocument;
  readonly resolved: Resolved;
}

/** So many documents that they can be held, submitted together and settled before the time is up. */
export interface Window {
  readonly taken: readonly Taken[];
  readonly last: Position;
}

export interface WindowOptions extends ResolveOptions {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly sources: readonly Source[];
  readonly from?: Position | undefined;
  readonly filter: RedriveFilter;
  readonly backoff: boolean;
  /** When the run began: what was written since is the next run's. Milliseconds since the epoch. */
  readonly started: number;
  /** Whether this run has written the document of that name. */
  readonly isOwn: (name: string) => boolean;
  readonly tally: Tally;
  readonly lines: CappedLog;
}

const WINDOW_DOCUMENTS = 200;
/** As listed. A notification has about 1 KB per record, so this is about a thousand keys. */
const WINDOW_BYTES = 1024 * 1024;
const READING = 16;
/**
 * Bytes. An asynchronous event has 256 KB at the most, and a document holds it up to twice, escaped.
 * @see https://support.huaweicloud.com/intl/en-us/productdesc-functiongraph/functiongraph_01_0150.html
 */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/**
 * Lists and reads documents, window by window, and drops those that the filter does not want or that are not due.
 *
 * @returns `limit` where the filter's limit ended it before the last document
 * @throws ObjectStoreError where the bucket cannot be listed, or where the store fails for all of a window's documents
 */
export async function* readWindows(options: WindowOptions): AsyncGenerator<Window, StopReason | undefined> {
  const { store, bucket, sources, from } = options;
  const reader = new WindowReader(options);
  for await (const found of listDocuments(store, bucket, sources, from)) {
    if (options.isOwn(found.name)) continue;
    if (reader.isFull) return 'limit';
    if (!reader.add(found)) continue;
    yield await reader.read();
    if (reader.wasCut) return 'limit';
  }
  if (!reader.isEmpty) yield await reader.read();
  return reader.wasCut ? 'limit' : undefined;
}

class WindowReader {
  readonly #options: WindowOptions;
  /** Documents that may still be taken. */
  #left: number;
  #found: FoundDocument[] = [];
  #bytes = 0;
  #wasCut = false;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#left = options.filter.limit ?? Number.POSITIVE_INFINITY;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /** Whether documents were passed over because of the limit. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /** @returns true where the window has enough of them */
  add(found: FoundDocument): boolean {
    this.#found.push(found);
    this.#bytes += found.size;
    return this.#found.length >= WINDOW_DOCUMENTS || this.#bytes >= WINDOW_BYTES;
  }

  async read(): Promise<Window> {
    const found = this.#found;
    const last = found.at(-1);
    if (last === undefined) throw new Error('A window without documents was read.');
    this.#found = [];
    this.#bytes = 0;
    const documents = await readAll(found, this.#options);
    const taken = documents.flatMap((document) => this.#take(document));
    // What the limit passed over comes first in the next run.
    const end = this.#wasCut ? (taken.at(-1)?.document.found ?? last) : last;
    return { taken, last: { source: end.source, name: end.name } };
  }

  #take(document: RedriveDocument): Taken[] {
    const { tally, filter } = this.#options;
    if (!this.#isDue(document)) {
      tally.documents.waiting += 1;
      return [];
    }
    const resolved = resolveDocument(document, this.#options);
    if (!matches(document, resolved, filter)) {
      tally.documents.filtered += 1;
      return [];
    }
    if (this.#left <= 0) {
      this.#wasCut = true;
      return [];
    }
    this.#left -= 1;
    tally.take(document, resolved.changes.length + resolved.rejected.length);
    return [{ document, resolved }];
  }

  /** A failed invocation has waited for its retries already. */
  #isDue({ found, lastFailed, attempts }: RedriveDocument): boolean {
    const { started, backoff } = this.#options;
    if (found.source === 'failed_invocation') return true;
    return lastFailed <= started && (!backoff || dueAt(attempts, lastFailed) <= started);
  }
}

/** The documents that could be read, in their order. */
async function readAll(
  found: readonly FoundDocument[],
  { store, bucket, tally, lines }: WindowOptions,
): Promise<RedriveDocument[]> {
  const documents = new Map<FoundDocument, RedriveDocument>();
  const errors: unknown[] = [];
  let gone = 0;
  await forEachConcurrently(found, READING, async (each) => {
    try {
      const object = await store.getObject({ bucket, key: each.name, maxBytes: MAX_DOCUMENT_BYTES });
      documents.set(each, readDocument(each, object));
    } catch (error) {
      // Another run has dealt with it since it was listed.
      if (error instanceof ObjectNotFoundError) gone += 1;
      else {
        errors.push(error);
        lines.write('error', 'document not read', classify(error).code, () => ({ document: each.name, error }));
      }
    }
  });
  // The store fails, rather than one document: there is no use in going on.
  const [first] = errors.filter((error) => !isOfDocument(error, found.length));
  if (first !== undefined && documents.size === 0) throw first;
  tally.documents.read += found.length - gone;
  for (const error of errors) tally.unread(error);
  return found.flatMap((each) => documents.get(each) ?? []);
}

/**
 * Whether a document alone may be the cause, so that those behind it are read all the same: one that is too large, that
 * was moved to an archive, whose key of encryption the reader may not use; and whatever the store answered where it was
 * not asked for another one.
 *
 * @param asked documents that were asked for with it
 */
function isOfDocument(error: unknown, asked: number): boolean {
  if (error instanceof ObjectTooLargeError || error instanceof AccessDeniedError) return true;
  if (!(error instanceof ObjectStoreError)) return false;
  return error.storeCode === 'InvalidObjectState' || (asked === 1 && error.storeStatus !== undefined);
}

function matches(document: RedriveDocument, { changes }: Resolved, filter: RedriveFilter): boolean {
  const { codes, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, prefix } = filter;
  if (codes && !codes.has(document.code)) return false;
  if (document.created < since || document.created > until) return false;
  if (prefix === undefined) return true;
  const slash = prefix.indexOf('/');
  const bucket = slash < 0 ? prefix : prefix.slice(0, slash);
  const start = slash < 0 ? '' : prefix.slice(slash + 1);
  return changes.some((change) => change.bucket === bucket && change.key.startsWith(start));
}
