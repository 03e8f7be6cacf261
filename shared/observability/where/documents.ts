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
  /** Documents of one kind, and bytes of all, that are read, and how many of one kind at a time. */
  documents: 2_000,
  bytes: 32 * 1024 * 1024,
  reading: 12,
  /** Milliseconds, listing included, after which no further document is read. */
  time: 1_600,
  /** Milliseconds between an upload and the time of its event, either way: clocks differ, and events are gathered. */
  eventTime: 15 * 60_000,
  /** Milliseconds within which most events follow. */
  near: 60_000,
  /** Milliseconds between an upload and its failed invocation: an event waits a day at most. */
  eventAge: 25 * 3_600_000,
  /** Failed invocations that are read to tell how long after their events they were written. */
  samples: 32,
} as const;

/** A document that may name the object. */
interface Candidate extends FoundDocument {
  /** Milliseconds between the time in its name and the upload; the smallest is read first. */
  readonly distance: number;
}

/** Candidates of one kind, in the order in which they are read, and whether these are all that there are. */
interface Batch {
  readonly candidates: readonly Candidate[];
  readonly complete: boolean;
}

/** Counts of one kind. */
interface Searched {
  readonly read: number;
  readonly candidates: number;
  readonly complete: boolean;
}

/** State that the searches of all kinds share. */
interface Hunt extends DocumentSearch {
  /** Moment, by `now`, after which nothing more is read. */
  readonly end: number;
  found: RedriveDocument | undefined;
  bytes: number;
}

/**
 * Finds the document of the state bucket that names an object: a dead letter, a parked one, or a failed invocation.
 *
 * A dead letter's name begins with the time of its event, which is that of the upload. So only names near the time of
 * the source are listed and read, the nearest first. A store dates an upload in parts by its beginning: then every later
 * name counts. Names of failed invocations are FunctionGraph's own and tell nothing: those count that were written within
 * the time that an event may wait, and a sample of them tells how long after their events they were written.
 */
export async function findDocument(search: DocumentSearch): Promise<Station<'dead_letter'>> {
  const { prefixes, source, now } = search;
  const hunt: Hunt = { ...search, end: now() + LIMITS.time, found: undefined, bytes: 0 };
  const searched = await Promise.all([
    searchKind(lettersOf('dead_letter', prefixes.deadLetters, hunt), hunt),
    searchKind(lettersOf('parked', prefixes.parked, hunt), hunt),
    searchKind(invocationsOf(prefixes.failedInvocations, hunt), hunt),
  ]);
  if (hunt.found) return stationOf(hunt.found);
  const [read, candidates] = [sum(searched, (one) => one.read), sum(searched, (one) => one.candidates)];
  const isListed = searched.every(({ complete }) => complete);
  if (isListed && read === candidates)
    return station('dead_letter', 'none', `None of ${candidates} documents since the upload names the object.`);
  return unknownStation(
    'dead_letter',
    'OmsSync.TooManyDocuments',
    `${read} of ${isListed ? '' : 'more than '}${candidates} documents ${source ? 'since the upload ' : ''}were read, and none names the object.`,
    'Run oms-sync redrive --dry-run --prefix BUCKET/KEY, which reads all of them.',
  );
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

async function searchKind(batches: AsyncIterable<Batch>, hunt: Hunt): Promise<Searched> {
  let [read, candidates, complete] = [0, 0, false];
  for await (const batch of batches) {
    candidates += batch.candidates.length;
    ({ complete } = batch);
    const nearest = batch.candidates.toSorted(
      (one, other) => one.distance - other.distance || other.lastModified - one.lastModified,
    );
    await forEachConcurrently(nearest.slice(0, LIMITS.documents - read), LIMITS.reading, async (candidate) => {
      if (await readCandidate(candidate, hunt)) read += 1;
    });
    if (hunt.found || hunt.now() >= hunt.end) return { read, candidates, complete: false };
  }
  return { read, candidates, complete };
}

/** @returns whether it was read; a document that vanished meanwhile counts as that */
async function readCandidate(candidate: Candidate, hunt: Hunt): Promise<boolean> {
  const { size } = candidate;
  if (hunt.found || hunt.now() >= hunt.end || size > REDRIVE_LIMITS.documentBytes) return false;
  if (hunt.bytes + size > LIMITS.bytes) return false;
  hunt.bytes += size;
  try {
    const document = await read(candidate, hunt);
    if (names(document, hunt)) hunt.found = document;
    return true;
  } catch (error) {
    return error instanceof ObjectNotFoundError;
  }
}

/** Letters whose events are near the upload; first those that are nearest, which needs the fewest pages. */
async function* lettersOf(kind: 'dead_letter' | 'parked', prefix: string, hunt: Hunt): AsyncGenerator<Batch> {
  const { source } = hunt;
  const { near, eventTime } = LIMITS;
  if (!source) {
    yield await listCandidates(kind, prefix, hunt, {});
    return;
  }
  const { lastModified: uploaded, etag } = source;
  const isInParts = etag === undefined || etag.includes('-');
  const first = await listCandidates(kind, prefix, hunt, { from: uploaded - near, until: uploaded + near });
  const written = first.candidates.filter(({ lastModified }) => lastModified >= uploaded - eventTime);
  yield { ...first, candidates: written, complete: false };
  const until = isInParts ? Number.POSITIVE_INFINITY : uploaded + eventTime;
  const all = await listCandidates(kind, prefix, hunt, { from: uploaded - eventTime, until });
  const seen = new Set(first.candidates.map(({ name }) => name));
  yield {
    ...all,
    candidates: all.candidates.filter((one) => !seen.has(one.name) && one.lastModified >= uploaded - eventTime),
  };
}

async function* invocationsOf(prefix: string, hunt: Hunt): AsyncGenerator<Batch> {
  const { candidates, complete } = await listCandidates('failed_invocation', prefix, hunt, {});
  const uploaded = hunt.source?.lastModified;
  if (uploaded === undefined) {
    yield { candidates, complete };
    return;
  }
  const { eventTime, eventAge } = LIMITS;
  const isInParts = hunt.source?.etag?.includes('-') !== false;
  const until = isInParts ? Number.POSITIVE_INFINITY : uploaded + eventAge;
  const written = candidates.filter(
    ({ lastModified }) => lastModified >= uploaded - eventTime && lastModified <= until,
  );
  yield { candidates: await byDelay(written, hunt), complete };
}

/** Names of one kind between two times in them, and those that have none; all where no time is given. */
async function listCandidates(
  source: DocumentSource,
  prefix: string,
  { store, stateBucket, source: object, now, end }: Hunt,
  { from, until = Number.POSITIVE_INFINITY }: { readonly from?: number; readonly until?: number },
): Promise<Batch> {
  const candidates: Candidate[] = [];
  let startAfter = from === undefined ? undefined : `${prefix}${dateName(from)}`;
  let token: string | undefined;
  for (let page = 0; page < LIMITS.pages && now() < end; page += 1) {
    const { objects, nextToken } = await store.listObjects({
      bucket: stateBucket,
      prefix,
      ...(token === undefined ? startAfter !== undefined && { startAfter } : { continuationToken: token }),
    });
    let isBeyond = false;
    for (const { key: name, size, lastModified } of objects) {
      const time = from === undefined ? undefined : timeIn(name.slice(prefix.length));
      isBeyond = time !== undefined && time > until;
      if (isBeyond) break;
      if (name.endsWith('/') && size === 0) continue;
      const distance = time === undefined || !object ? Number.MAX_SAFE_INTEGER : Math.abs(time - object.lastModified);
      candidates.push({ source, name, size, lastModified, distance });
    }
    token = isBeyond ? undefined : nextToken;
    // Names without a date, of events that tell no time, come behind all that have one.
    if (isBeyond) startAfter = `${prefix}:`;
    else if (token === undefined) return { candidates, complete: true };
  }
  return { candidates, complete: false };
}

/** Guesses from a sample which invocations began near the time of the upload; it only decides what is read first. */
async function byDelay(candidates: readonly Candidate[], search: DocumentSearch): Promise<readonly Candidate[]> {
  const { source } = search;
  if (!source || candidates.length <= LIMITS.samples) return candidates;
  const inOrder = candidates.toSorted((one, other) => one.lastModified - other.lastModified);
  const every = Math.ceil(inOrder.length / LIMITS.samples);
  const began = await Promise.all(
    [...inOrder.filter((_, index) => index % every === 0), ...inOrder.slice(-1)].map(async (sample) => {
      const document = await read(sample, search).catch(() => undefined);
      return document?.created ?? sample.lastModified;
    }),
  );
  return inOrder.map((candidate, index) => {
    const [sample, part] = [Math.floor(index / every), (index % every) / every];
    const [before = 0, after = before] = began.slice(sample, sample + 2);
    return { ...candidate, distance: Math.abs(before + (after - before) * part - source.lastModified) };
  });
}

async function read(found: FoundDocument, { store, stateBucket }: DocumentSearch): Promise<RedriveDocument> {
  const maxBytes = REDRIVE_LIMITS.documentBytes;
  return readDocument(found, await store.getObject({ bucket: stateBucket, key: found.name, maxBytes }));
}

/** As a dead letter's name has it (deadletters/name.ts), to the minute. */
function dateName(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', '/').replace(':', '-');
}

const TIME_IN_NAME = /^(\d{4}-\d\d-\d\d)\/(\d\d)-(\d\d)-(\d\d)-/;

/** Milliseconds since the epoch. */
export function timeIn(name: string): number | undefined {
  const [, date, hours, minutes, seconds] = TIME_IN_NAME.exec(name) ?? [];
  const time = date === undefined ? Number.NaN : Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
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
