import { AppError } from '#shared/errors/base.ts';
import type { CappedLog } from '#shared/logging/capped-log.ts';
import {
  AccessDeniedError,
  ClockSkewedError,
  NoSuchBucketError,
  ObjectNotFoundError,
  ObjectStoreError,
  ObjectTooLargeError,
  WrongRegionError,
} from '#shared/objectstore/errors.ts';
import type { ObjectStore, StoredObject } from '#shared/objectstore/port.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import { classify } from '#shared/pipeline/failures.ts';
import { causeOfDocument } from './cause.ts';
import type { FoundDocument, RedriveDocument } from './document.ts';
import { REDRIVE_LIMITS } from './limits.ts';
import { type ListingOptions, listDocuments, type Position, type Source } from './listing.ts';
import type { RedriveFilter } from './options.ts';
import { readDocument } from './read.ts';
import type { StopReason, Tally } from './report.ts';
import { type Resolved, type ResolveOptions, resolveDocument } from './resolve.ts';

export interface Taken {
  readonly document: RedriveDocument;
  readonly resolved: Resolved;
}

/** The documents that memory and time allow to hold, submit and write anew together. */
export interface Window {
  readonly taken: readonly Taken[];
  readonly last: Position;
  /** Documents that were read, those included that are not taken. */
  readonly readable: number;
  /** Why a document was not read, where the store as a whole may be the cause. */
  readonly fault?: unknown;
}

export interface WindowOptions extends ResolveOptions, Pick<ListingOptions, 'from' | 'onFault'> {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly sources: readonly Source[];
  readonly filter: RedriveFilter;
  readonly backoff: boolean;
  /** When the run began: what was written since is the next run's. Milliseconds since the epoch. */
  readonly started: number;
  /** Whether this run has written the document of that name. */
  readonly isOwn: (name: string) => boolean;
  /** Why the run ends here, if it does. */
  readonly reasonToStop: () => StopReason | undefined;
  readonly tally: Tally;
  readonly lines: CappedLog;
}

/**
 * Lists and reads documents, window by window, and drops those that the filter does not want or that are not due.
 *
 * @returns why it ended before the last document; undefined where it did not
 */
export async function* readWindows(options: WindowOptions): AsyncGenerator<Window, StopReason | undefined> {
  const { store, bucket, sources, from, onFault, reasonToStop } = options;
  const reader = new WindowReader(options);
  let stopped: StopReason | undefined;
  const goesOn = () => {
    stopped = reasonToStop();
    return stopped === undefined;
  };
  let found: FoundDocument[] = [];
  let bytes = 0;
  for await (const each of listDocuments(store, bucket, sources, { from, goesOn, onFault })) {
    if (options.isOwn(each.name)) continue;
    if (reader.isFull) return 'limit';
    found.push(each);
    bytes += each.size;
    if (found.length < REDRIVE_LIMITS.windowDocuments && bytes < REDRIVE_LIMITS.windowBytes) continue;
    yield* reader.read(found);
    if (reader.wasCut) return 'limit';
    found = [];
    bytes = 0;
  }
  if (stopped === undefined) yield* reader.read(found);
  return reader.wasCut ? 'limit' : stopped;
}

class WindowReader {
  readonly #options: WindowOptions;
  #left: number;
  #wasCut = false;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#left = options.filter.limit ?? Number.POSITIVE_INFINITY;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }

  /** Whether documents were passed over because of the limit. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /** The documents in one window, or in several where they hold more than their sizes tell. */
  async *read(found: readonly FoundDocument[]): AsyncGenerator<Window> {
    const bodies = await fetchAll(found, this.#options);
    let window = { taken: [] as Taken[], readable: 0, fault: undefined as unknown };
    let weight = 0;
    for (const [index, each] of found.entries()) {
      const body = bodies.get(each);
      // The body is not needed any more.
      bodies.delete(each);
      try {
        if (body !== undefined && 'error' in body) throw body.error;
        const document = body && readDocument(each, body);
        const taken = document && this.#take(document);
        // The next run begins with the document that the limit passed over.
        if (this.#wasCut) break;
        window.readable += 1;
        weight += document?.values ?? 0;
        if (taken) window.taken.push(taken);
        weight += taken?.resolved.wanted.length ?? 0;
      } catch (error) {
        this.#options.lines.write('error', 'document not read', classify(error).code, () => ({
          document: each.name,
          error,
        }));
        this.#options.tally.unread(error);
        if (body && 'error' in body && !isOfDocument(error)) window.fault ??= error;
      }
      if (weight < REDRIVE_LIMITS.windowWeight && index < found.length - 1) continue;
      yield { ...window, last: positionOf(each) };
      window = { taken: [], readable: 0, fault: undefined };
      weight = 0;
    }
    const end = window.taken.at(-1)?.document.found;
    if (end) yield { ...window, last: positionOf(end) };
  }

  /** @returns undefined where it is not to be redriven now */
  #take(document: RedriveDocument): Taken | undefined {
    const { tally, filter } = this.#options;
    if (!this.#isDue(document)) {
      tally.documents.waiting += 1;
      return undefined;
    }
    const resolved = resolveDocument(document, this.#options);
    if (!matches(document, resolved, filter)) {
      tally.documents.filtered += 1;
      return undefined;
    }
    if (this.#left <= 0) {
      this.#wasCut = true;
      return undefined;
    }
    this.#left -= 1;
    tally.take(document, resolved.changes.length + resolved.rejected.length);
    return { document, resolved };
  }

  /** A failed invocation has waited for its retries already. */
  #isDue({ found, lastFailed, attempts }: RedriveDocument): boolean {
    const { started, backoff } = this.#options;
    if (found.source === 'failed_invocation') return true;
    return lastFailed <= started && (!backoff || dueAt(attempts, lastFailed) <= started);
  }
}

const positionOf = ({ source, name }: FoundDocument): Position => ({ source, name });

/** Documents as they are stored, or why they are not there; nothing of one that another run has dealt with. */
async function fetchAll(
  found: readonly FoundDocument[],
  { store, bucket, tally }: WindowOptions,
): Promise<Map<FoundDocument, StoredObject | { readonly error: unknown }>> {
  const { documentBytes, grownBytes, reading } = REDRIVE_LIMITS;
  const bodies = new Map<FoundDocument, StoredObject | { readonly error: unknown }>();
  await forEachConcurrently(found, reading, async (each) => {
    try {
      if (each.size > documentBytes)
        throw new ObjectTooLargeError(documentBytes, { operation: 'GetObject', bucket, attempts: 0, retryable: false });
      const maxBytes = Math.min(documentBytes, each.size + grownBytes);
      bodies.set(each, await store.getObject({ bucket, key: each.name, maxBytes }));
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return;
      bodies.set(each, { error });
    }
    tally.documents.read += 1;
  });
  return bodies;
}

/** Codes of refusals that are about the object: it may not be read by this reader, or not before it is restored. */
const OF_OBJECT = new Set(['AccessDenied', 'InvalidObjectState', undefined]);

/**
 * Whether a document alone is the cause: whatever is wrong with it as the store answers, and whatever reading it does.
 * Credentials, the network, throttling or a fault of the store would concern the others, too.
 */
function isOfDocument(error: unknown): boolean {
  if (error instanceof ObjectTooLargeError) return true;
  if (!(error instanceof ObjectStoreError)) return error instanceof AppError && error.status < 500;
  if (error instanceof AccessDeniedError) return error.storeStatus === 403 && OF_OBJECT.has(error.storeCode);
  const ofAll = [NoSuchBucketError, WrongRegionError, ClockSkewedError];
  return !error.retryable && error.storeStatus !== undefined && !ofAll.some((kind) => error instanceof kind);
}

function matches(document: RedriveDocument, { changes }: Resolved, filter: RedriveFilter): boolean {
  const { codes, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, prefix } = filter;
  if (codes && !codes.has(document.code)) return false;
  if (filter.name !== undefined && document.found.name !== filter.name) return false;
  if (filter.causes && !filter.causes.has(document.code) && !filter.causes.has(causeOfDocument(document).code))
    return false;
  if (document.created < since || document.created > until) return false;
  const { objects } = filter;
  if (objects && !changes.some(({ bucket, key }) => objects.test(`${bucket}/${key}`))) return false;
  if (prefix === undefined) return true;
  const slash = prefix.indexOf('/');
  const bucket = slash < 0 ? prefix : prefix.slice(0, slash);
  const start = slash < 0 ? '' : prefix.slice(slash + 1);
  return changes.some((change) => change.bucket === bucket && change.key.startsWith(start));
}

/** Milliseconds to wait after the first attempt. */
const FIRST_WAIT = 15 * 60_000;
const LONGEST_WAIT = 24 * 3_600_000;

/**
 * When a document is due again: 15 minutes after its first attempt, twice as long after every further one, a day at the
 * most. Ten attempts take three and a half days.
 *
 * @param attempts that were made in vain, at least 1
 * @param lastFailed milliseconds since the epoch
 * @returns milliseconds since the epoch
 */
function dueAt(attempts: number, lastFailed: number): number {
  return lastFailed + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (Math.max(1, attempts) - 1));
}
