import type { ObjectStore } from '#shared/objectstore/port.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { causeOfDocument } from '#shared/redrive/cause.ts';
import { OTHER } from '#shared/redrive/codes.ts';
import type { FoundDocument } from '#shared/redrive/document.ts';
import { listDocuments, type Source } from '#shared/redrive/listing.ts';
import { readDocument } from '#shared/redrive/read.ts';
import { type ResolveOptions, resolveDocument } from '#shared/redrive/resolve.ts';
import { isoOf } from '../station.ts';
import { timeIn } from '../where/documents.ts';
import type { CauseCount, Waiting } from './report.ts';

export interface CountOptions extends ResolveOptions {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly routes: readonly Route[];
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
}

/** The documents of one kind. */
export interface Counted {
  readonly waiting: Waiting;
  /** Sync tasks that they concern; undefined where not every document was read, or where one names none. */
  readonly tasks: ReadonlySet<string> | undefined;
}

const LIMITS = {
  /** Milliseconds after which no further page is listed, 1000 names each. */
  listing: 1_500,
  /** Documents that are read, their bytes together, and how many at a time. */
  sample: 50,
  bytes: 4 * 1024 * 1024,
  reading: 16,
  /** Causes that are shown. */
  causes: 5,
} as const;

/**
 * Counts the documents below a prefix by their names alone, and reads a few for their causes: those at even distances,
 * the oldest and the newest among them.
 *
 * A dead letter's name begins with the time of its event, by which its age counts; a name without one counts by the time
 * at which the document was written.
 *
 * @throws ObjectStoreError where the prefix cannot be listed
 */
export async function countDocuments(source: Source, options: CountOptions): Promise<Counted> {
  const { store, bucket, now } = options;
  const end = now() + LIMITS.listing;
  let complete = true;
  const goesOn = (): boolean => {
    complete = now() < end;
    return complete;
  };
  const found: FoundDocument[] = [];
  let oldest = Number.POSITIVE_INFINITY;
  for await (const each of listDocuments(store, bucket, [source], { goesOn })) {
    found.push(each);
    oldest = Math.min(oldest, timeIn(each.name.slice(source.prefix.length)) ?? each.lastModified, each.lastModified);
  }
  const { causes, sampled, tasks } = await readSample(sampleOf(found), options);
  const isWhole = complete && sampled === found.length;
  return {
    waiting: { count: found.length, complete, oldest: isoOf(oldest), sampled, causes },
    tasks: isWhole ? tasks : undefined,
  };
}

function sampleOf(found: readonly FoundDocument[]): readonly FoundDocument[] {
  if (found.length <= LIMITS.sample) return found;
  const step = (found.length - 1) / (LIMITS.sample - 1);
  return Array.from({ length: LIMITS.sample }, (_, index) => found[Math.round(index * step)] as FoundDocument);
}

async function readSample(sample: readonly FoundDocument[], options: CountOptions) {
  const { store, bucket } = options;
  const counts = new Map<string, { code: string; remedy: string; documents: number }>();
  let tasks: Set<string> | undefined = new Set();
  let bytes = 0;
  let sampled = 0;
  await forEachConcurrently(sample, LIMITS.reading, async (each) => {
    if (bytes + each.size > LIMITS.bytes) return;
    bytes += each.size;
    const cause = await (async () => {
      try {
        const stored = await store.getObject({ bucket, key: each.name, maxBytes: LIMITS.bytes });
        const document = readDocument(each, stored);
        const { wanted } = resolveDocument(document, options);
        if (wanted.length === 0) tasks = undefined;
        for (const { syncTaskId } of wanted) tasks?.add(syncTaskId);
        return causeOfDocument(document);
      } catch {
        // Redrive may have removed it meanwhile; what cannot be read is for redrive to report.
        tasks = undefined;
        return OTHER;
      }
    })();
    sampled += 1;
    const row = counts.get(cause.code) ?? { code: cause.code, remedy: cause.remedy, documents: 0 };
    counts.set(cause.code, row);
    row.documents += 1;
  });
  const causes: readonly CauseCount[] = [...counts.values()]
    .sort((one, other) => other.documents - one.documents || (one.code < other.code ? -1 : 1))
    .slice(0, LIMITS.causes);
  return { causes, sampled, tasks };
}
