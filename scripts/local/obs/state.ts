import { Journal, readJournal } from '../journal.ts';
import { fromByteKey, toByteKey } from './byte-key.ts';
import { EndedUploads } from './ended-uploads.ts';
import type {
  CorsRule,
  EventNote,
  JournalRecord,
  ObjectEvent,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from './records.ts';
import { SortedMap } from './sorted-map.ts';

export interface Bucket {
  readonly name: string;
  readonly created: number;
  readonly objects: SortedMap<ObjectRecord>;
  cors: readonly CorsRule[] | undefined;
}

export interface Upload extends UploadRecord {
  readonly parts: Map<number, PartRecord>;
}

export interface State {
  readonly buckets: Map<string, Bucket>;
  readonly uploads: Map<string, Upload>;
  readonly ended: EndedUploads;
  readonly undelivered: ReadonlyMap<number, ObjectEvent>;
  readonly sequence: number;
  readonly records: number;
  readonly length: number;
}

/** Replays a journal. Objects are gathered unordered and sorted once at the end. Throws Error for a damaged one. */
export function loadState(path: string): State {
  const buckets = new Map<string, Bucket>();
  const objects = new Map<string, Map<string, ObjectRecord>>();
  const uploads = new Map<string, Upload>();
  const ended = new EndedUploads();
  const undelivered = new Map<number, ObjectEvent>();
  let sequence = 0;
  let records = 0;
  const put = (bucket: string, key: string, object: ObjectRecord, note: EventNote | undefined): void => {
    objects.get(bucket)?.set(toByteKey(key), object);
    sequence = Math.max(sequence, object.sequence);
    if (note) undelivered.set(object.sequence, { ...note, bucket, key, object, sequence: object.sequence });
  };
  const length = readJournal(path, (line) => {
    const record = line as JournalRecord;
    records++;
    switch (record.t) {
      case 'bucket':
        objects.set(record.bucket, new Map());
        buckets.set(record.bucket, {
          name: record.bucket,
          created: record.created,
          objects: new SortedMap(),
          cors: undefined,
        });
        break;
      case 'unbucket':
        buckets.delete(record.bucket);
        objects.delete(record.bucket);
        ended.deleteBucket(record.bucket);
        for (const upload of uploads.values()) if (upload.bucket === record.bucket) uploads.delete(upload.id);
        break;
      case 'cors': {
        const bucket = buckets.get(record.bucket);
        if (bucket) bucket.cors = record.rules ?? undefined;
        break;
      }
      case 'put':
        put(record.bucket, record.key, record.object, record.event);
        break;
      case 'delete': {
        const byteKey = toByteKey(record.key);
        const object = objects.get(record.bucket)?.get(byteKey);
        objects.get(record.bucket)?.delete(byteKey);
        sequence = Math.max(sequence, record.sequence);
        if (record.event && object) {
          const { bucket, key, sequence } = record;
          undelivered.set(sequence, { ...record.event, bucket, key, object, sequence });
        }
        break;
      }
      case 'notified':
        undelivered.delete(record.sequence);
        break;
      case 'sequence':
        sequence = Math.max(sequence, record.sequence);
        break;
      case 'event':
        undelivered.set(record.event.sequence, record.event);
        sequence = Math.max(sequence, record.event.sequence);
        break;
      case 'upload':
        uploads.set(record.upload.id, { ...record.upload, parts: new Map() });
        break;
      case 'part':
        uploads.get(record.id)?.parts.set(record.number, record.part);
        break;
      case 'abort': {
        const upload = uploads.get(record.id);
        uploads.delete(record.id);
        if (upload) ended.add({ id: upload.id, bucket: upload.bucket, key: upload.key });
        break;
      }
      case 'ended':
        ended.add(record.upload);
        break;
      case 'complete':
        uploads.delete(record.id);
        ended.add({ id: record.id, bucket: record.bucket, key: record.key, etag: record.object.etag });
        put(record.bucket, record.key, record.object, record.event);
        break;
    }
  });
  for (const [name, bucket] of buckets)
    buckets.set(name, { ...bucket, objects: SortedMap.from(objects.get(name) ?? new Map()) });
  return { buckets, uploads, ended, undelivered, sequence, records, length };
}

/** Opens the journal of a state, rewritten where it is mostly about the past. */
export function openJournal(path: string, state: State, options: { readonly fsync: boolean }): Promise<Journal> {
  return state.records <= 2 * liveRecords(state) + 1000
    ? Journal.open(path, state.length, options)
    : Journal.rewrite(path, snapshot(state), options);
}

function liveRecords({ buckets, uploads, ended, undelivered }: State): number {
  let live = undelivered.size + ended.size;
  for (const bucket of buckets.values()) live += 1 + bucket.objects.size;
  for (const upload of uploads.values()) live += 1 + upload.parts.size;
  return live;
}

/** The shortest journal that leads to this state. */
function* snapshot({ buckets, uploads, ended, undelivered, sequence }: State): Generator<JournalRecord> {
  yield { t: 'sequence', sequence };
  for (const { name, created, objects, cors } of buckets.values()) {
    yield { t: 'bucket', bucket: name, created };
    if (cors) yield { t: 'cors', bucket: name, rules: cors };
    for (const [key, object] of objects.entries()) yield { t: 'put', bucket: name, key: fromByteKey(key), object };
  }
  for (const { parts, ...upload } of uploads.values()) {
    yield { t: 'upload', upload };
    for (const [number, part] of parts) yield { t: 'part', id: upload.id, number, part };
  }
  for (const upload of ended.values()) yield { t: 'ended', upload };
  for (const event of undelivered.values()) yield { t: 'event', event };
}
