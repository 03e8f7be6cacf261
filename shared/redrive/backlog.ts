import { createHash } from 'node:crypto';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { wasReplaced } from './apply.ts';
import { causeOfDocument, isRetryable } from './cause.ts';
import type { DocumentSource, RedriveDocument } from './document.ts';
import { textOf } from './read.ts';
import type { Taken } from './window.ts';

interface NamedObject {
  readonly bucket: string;
  readonly key: string;
}

/** A document of the backlog, as a person reads it. */
export interface BacklogEntry {
  readonly kind: DocumentSource;
  /** Key of the document in the state bucket. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Code of the true cause. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Whether a retry can cure it; null where this release does not know the code. */
  readonly retryable: boolean | null;
  /** ISO 8601: when it failed first, and last. */
  readonly created: string;
  readonly last_failed: string;
  readonly attempts: number;
  /** Objects that it names; records that cannot be read are not among them. */
  readonly objects: readonly NamedObject[];
  /** Objects that are left out above, and records that cannot be read. */
  readonly objects_left_out: number;
  readonly unreadable_records: number;
}

/** Objects of a document that are listed. */
const OBJECTS = 100;

export function entryOf({ document, resolved }: Taken): BacklogEntry {
  const { found, created, lastFailed, attempts } = document;
  const cause = causeOfDocument(document);
  const named = new Map(resolved.changes.map(({ bucket, key }) => [JSON.stringify([bucket, key]), { bucket, key }]));
  const objects = [...named.values()];
  return {
    kind: found.source,
    name: found.name,
    size: found.size,
    ...cause,
    retryable: isRetryable(cause.code) ?? null,
    created: toIso(created),
    last_failed: toIso(lastFailed),
    attempts,
    objects: objects.slice(0, OBJECTS),
    objects_left_out: Math.max(0, objects.length - OBJECTS),
    unreadable_records: resolved.rejected.length,
  };
}

/** Times come from documents: one that no calendar has is the beginning of time. */
function toIso(time: number): string {
  return new Date(Math.abs(time) <= 8.64e15 ? time : 0).toISOString();
}

/** The content of a document: JSON where it is that, else its text, else base64. */
export function contentOf({ body }: Pick<RedriveDocument, 'body'>): unknown {
  const text = textOf(body);
  if (text === undefined) return body.toString('base64');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Prefix of the documents that tell what was discarded. */
export const DISCARDED_PREFIX = 'redrive/discarded/';

export interface Discarding {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Who does it, for the record. */
  readonly by: string;
  readonly reason: string | undefined;
}

/**
 * Removes a document for good. What it held, who removed it, when and why is written first, so that a person can look it
 * up and being killed in between loses nothing.
 *
 * @returns name of the record; undefined where another document has taken the name meanwhile, which stays
 * @throws ObjectStoreError; the document is still there then
 */
export async function discard(
  taken: Taken,
  { store, bucket, now, by, reason }: Discarding,
): Promise<string | undefined> {
  const { document } = taken;
  const { name } = document.found;
  const id = createHash('sha256').update(`${name}\0`).update(document.body).digest('hex').slice(0, 32);
  const discarded = new Date(now).toISOString();
  const key = `${DISCARDED_PREFIX}${discarded.slice(0, 19).replace('T', '/').replaceAll(':', '-')}-${id}.json`;
  const record = {
    version: 1,
    discarded,
    by,
    reason: reason ?? null,
    document: entryOf(taken),
    content: contentOf(document),
  };
  if (await wasReplaced(document, { store, bucket })) return undefined;
  const body = `${JSON.stringify(record)}\n`;
  await store.putObject({ bucket, key, body, contentType: 'application/json' });
  await store.deleteObject({ bucket, key: name });
  return key;
}
