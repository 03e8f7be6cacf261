import type { KeyEncodings } from '#shared/events/sources.ts';
import { ObjectNotFoundError } from '#shared/objectstore/errors.ts';
import type { ListedObject, ObjectStore } from '#shared/objectstore/port.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import { causeOfDocument } from '#shared/redrive/cause.ts';
import type { DocumentSource, FoundDocument, RedriveDocument } from '#shared/redrive/document.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import { readDocument } from '#shared/redrive/read.ts';
import { resolveDocument } from '#shared/redrive/resolve.ts';
import type { Station } from '../station.ts';
import { station, unknownStation } from './ask.ts';
import type { NamedObject } from './trigger.ts';

export interface StatePrefixes {
  readonly deadLetters: string;
  readonly parked: string;
  readonly failedInvocations: string;
}

export interface DocumentSearch extends NamedObject {
  readonly store: ObjectStore;
  readonly stateBucket: string;
  readonly prefixes: StatePrefixes;
  readonly keyEncodings: KeyEncodings;
  /** The source object: only documents about its present version count. Absent where there is none. */
  readonly source?: Pick<ListedObject, 'lastModified' | 'etag'> | undefined;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
}

const LIMITS = {
  /** Pages of names of one kind, 1000 each. */
  pages: 20,
  /** Documents and bytes that are read, and how many at a time. */
  documents: 4_000,
  bytes: 32 * 1024 * 1024,
  reading: 32,
  /** Milliseconds for reading. */
  time: 1_500,
  /** Milliseconds between an upload and the time of its event, either way: clocks differ, and events are gathered. */
  eventTime: 15 * 60_000,
} as const;

/** A document that may name the object. */
interface Candidate extends FoundDocument {
  /** Milliseconds between the time in its name and the upload; the smallest is read first. */
  readonly distance: number;
}

/**
 * Finds the document of the state bucket that names an object: a dead letter, a parked one, or a failed invocation.
 *
 * A dead letter's name begins with the time of its event, which is that of the upload. So only names near the time of
 * the source are listed and read, the nearest first. A store dates an upload in parts by its beginning: then every later
 * name counts. Names of failed invocations are FunctionGraph's own; those count that were written after the upload.
 */
export async function findDocument(search: DocumentSearch): Promise<Station<'dead_letter'>> {
  const { prefixes, source } = search;
  const kinds: readonly (readonly [DocumentSource, string])[] = [
    ['dead_letter', prefixes.deadLetters],
    ['parked', prefixes.parked],
    ['failed_invocation', prefixes.failedInvocations],
  ];
  const lists = await Promise.all(kinds.map(([kind, prefix]) => candidatesOf(kind, prefix, search)));
  const candidates = lists
    .flatMap((list) => list.candidates)
    .sort((one, other) => one.distance - other.distance || other.lastModified - one.lastModified);
  const { found, read } = await readUntilFound(candidates, search);
  if (found) return stationOf(found);
  const isAll = read === candidates.length && lists.every(({ complete }) => complete);
  if (isAll)
    return station('dead_letter', 'none', `None of ${candidates.length} documents since the upload names the object.`);
  const more = lists.every(({ complete }) => complete) ? candidates.length : `more than ${candidates.length}`;
  return unknownStation(
    'dead_letter',
    'OmsSync.TooManyDocuments',
    `${read} of ${more} documents ${source ? 'since the upload ' : ''}were read, and none names the object.`,
    'Run oms-sync redrive --dry-run --prefix BUCKET/KEY, which reads all of them.',
  );
}

async function candidatesOf(
  source: DocumentSource,
  prefix: string,
  { store, stateBucket, source: object }: DocumentSearch,
): Promise<{ readonly candidates: readonly Candidate[]; readonly complete: boolean }> {
  const uploaded = object?.lastModified ?? Number.NEGATIVE_INFINITY;
  const from = uploaded - LIMITS.eventTime;
  const isInParts = object?.etag === undefined || object.etag.includes('-');
  const until = isInParts ? Number.POSITIVE_INFINITY : uploaded + LIMITS.eventTime;
  const isDated = source !== 'failed_invocation';
  const candidates: Candidate[] = [];
  let startAfter = isDated && Number.isFinite(from) ? `${prefix}${dateName(from)}` : undefined;
  let token: string | undefined;
  for (let page = 0; page < LIMITS.pages; page += 1) {
    const { objects, nextToken } = await store.listObjects({
      bucket: stateBucket,
      prefix,
      ...(token === undefined ? startAfter !== undefined && { startAfter } : { continuationToken: token }),
    });
    let isBeyond = false;
    for (const { key: name, size, lastModified } of objects) {
      const time = timeIn(name.slice(prefix.length));
      if (isDated && time !== undefined && time > until) {
        isBeyond = true;
        break;
      }
      // Written before the upload, by the store's clock: about an earlier version.
      if (lastModified < from || (name.endsWith('/') && size === 0)) continue;
      const distance = time === undefined || !object ? Number.MAX_SAFE_INTEGER : Math.abs(time - uploaded);
      candidates.push({ source, name, size, lastModified, distance });
    }
    token = isBeyond ? undefined : nextToken;
    // Names without a date, of events that tell no time, come behind all that have one.
    if (isBeyond) startAfter = `${prefix}:`;
    else if (token === undefined) return { candidates, complete: true };
  }
  return { candidates, complete: false };
}

/** As a dead letter's name has it (deadletters/name.ts), to the minute. */
function dateName(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', '/').replace(':', '-');
}

const TIME_IN_NAME = /(\d{4}-\d\d-\d\d)[/T_ -](\d\d)[-:](\d\d)[-:](\d\d)/;

/** Milliseconds since the epoch. */
export function timeIn(name: string): number | undefined {
  const [, date, hours, minutes, seconds] = TIME_IN_NAME.exec(name) ?? [];
  const time = date === undefined ? Number.NaN : Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** @returns how many documents were read, those that vanished meanwhile included */
async function readUntilFound(
  candidates: readonly Candidate[],
  search: DocumentSearch,
): Promise<{ readonly found: RedriveDocument | undefined; readonly read: number }> {
  const { store, stateBucket, now } = search;
  const end = now() + LIMITS.time;
  let found: RedriveDocument | undefined;
  let read = 0;
  let bytes = 0;
  const chosen = candidates.slice(0, LIMITS.documents);
  await forEachConcurrently(chosen, LIMITS.reading, async (candidate) => {
    const { name, size } = candidate;
    if (found || now() >= end || bytes + size > LIMITS.bytes || size > REDRIVE_LIMITS.documentBytes) return;
    bytes += size;
    try {
      const stored = await store.getObject({ bucket: stateBucket, key: name, maxBytes: REDRIVE_LIMITS.documentBytes });
      const document = readDocument(candidate, stored);
      if (names(document, search)) found = document;
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) return;
    }
    read += 1;
  });
  return { found, read };
}

function names(document: RedriveDocument, { bucket, key, keyEncodings }: DocumentSearch): boolean {
  const { changes } = resolveDocument(document, { routes: [], keyEncodings });
  return changes.some((change) => change.bucket === bucket && change.key === key);
}

function stationOf(document: RedriveDocument): Station<'dead_letter'> {
  const { found, content, lastFailed, attempts } = document;
  const cause = causeOfDocument(document);
  const tried = content.type === 'letter' ? `, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in vain` : '';
  return station('dead_letter', found.source, `${found.name}: ${cause.code}${tried}.`, { at: lastFailed, cause });
}
