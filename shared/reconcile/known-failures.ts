import { createHash } from 'node:crypto';
import { DEAD_LETTER_LIMITS } from '#shared/deadletters/limits.ts';
import { field } from '#shared/events/fields.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';

export interface KnownFailuresOptions {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly prefixes: readonly string[];
  readonly syncTaskId: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly hasTime: () => boolean;
}

/** Documents that are read, of those that were written since: the estimate need not be exact, and must come to an end. */
const MAX_DOCUMENTS = 500;
/** Pages of names; there may be many that are older. */
const MAX_PAGES = 20;
/** Documents that are read at a time, and bytes of each: ours have no more. */
const CONCURRENCY = 2;
const MAX_BYTES = DEAD_LETTER_LIMITS.documentBytes;
/** JSON values of a document: a notification has about 40 for each object. */
const MAX_VALUES = 100_000;
/** Most objects that are counted. */
const MAX_KEYS = 100_000;

/**
 * Counts the objects that changed since then and that dead letters name for a sync task: why they are missing is known.
 * A document of an older change, which a redrive has written again, explains nothing of what is missing now.
 *
 * @throws ObjectStoreError where the bucket cannot be listed
 */
export async function knownFailures(options: KnownFailuresOptions): Promise<number> {
  const names = await namesOf(options);
  const keys = new Set<string>();
  await forEachConcurrently(names, CONCURRENCY, async (name) => {
    if (!options.hasTime() || keys.size >= MAX_KEYS) return;
    for (const key of await keysOf(name, options)) {
      if (keys.size >= MAX_KEYS) return;
      keys.add(digest(key));
    }
  });
  return keys.size;
}

async function namesOf({ store, bucket, prefixes, since }: KnownFailuresOptions): Promise<string[]> {
  const names: string[] = [];
  for (const prefix of prefixes) {
    let token: string | undefined;
    for (let page = 0; page < MAX_PAGES && names.length < MAX_DOCUMENTS; page++) {
      const { objects, nextToken } = await store.listObjects({
        bucket,
        prefix,
        ...(token === undefined ? {} : { continuationToken: token }),
      });
      for (const { key, lastModified } of objects) if (lastModified >= since) names.push(key);
      token = nextToken;
      if (token === undefined) break;
    }
  }
  return names.slice(0, MAX_DOCUMENTS);
}

/** A document that cannot be read explains nothing. */
async function keysOf(name: string, { store, bucket, syncTaskId, since }: KnownFailuresOptions): Promise<string[]> {
  try {
    const { body } = await store.getObject({ bucket, key: name, maxBytes: MAX_BYTES });
    const json = readBoundedJson(body.toString('utf8'), MAX_VALUES);
    if ('reason' in json) return [];
    const letter = json.value;
    const keys = field(letter, 'keys');
    if (field(letter, 'sync_task_id') !== syncTaskId || !Array.isArray(keys)) return [];
    const changed = (each: unknown): number =>
      Date.parse(String(field(each, 'event_time') ?? field(letter, 'created')));
    // Skip older keys; keep those whose time is unreadable.
    return keys.filter((each) => !(changed(each) < since)).map((each) => String(field(each, 'key')));
  } catch {
    return [];
  }
}

/** Names may have a kilobyte; two digests that are equal by chance cost an estimate one object. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 10);
}
