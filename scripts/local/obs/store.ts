import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Blobs, type Segment } from './blobs.ts';
import { fromByteKey, toByteKey } from './byte-key.ts';
import { S3Error } from './errors.ts';
import { Journal } from './journal.ts';
import type { CorsRule, JournalRecord, ObjectRecord, PartRecord, UploadRecord } from './records.ts';
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

/** Checked at the moment of commit, with nothing in between; throws to refuse. */
export type Precondition = (current: ObjectRecord | undefined) => void;

/** An object as a caller hands it over; the store numbers it. */
export type NewObject = Omit<ObjectRecord, 'sequence'>;

/**
 * Buckets, objects and uploads: an index in memory, a journal that says the same on disk, and content in files of
 * its own. A change is applied to the index at once (so that conditions hold) and reported when the journal has it.
 */
export class Store {
  readonly blobs: Blobs;
  readonly #buckets: Map<string, Bucket>;
  readonly #uploads: Map<string, Upload>;
  readonly #journal: Journal;
  #sequence: number;

  private constructor(blobs: Blobs, journal: Journal, state: LoadedState) {
    this.blobs = blobs;
    this.#journal = journal;
    this.#buckets = state.buckets;
    this.#uploads = state.uploads;
    this.#sequence = state.sequence;
  }

  static async open(dir: string, options: { readonly fsync: boolean }): Promise<Store> {
    mkdirSync(dir, { recursive: true });
    const blobs = new Blobs(join(dir, 'blobs'), options.fsync);
    const path = join(dir, 'journal.jsonl');
    const state = load(path);
    let length = state.length;
    if (state.records > 2 * liveRecords(state) + 1000) {
      Journal.rewrite(path, snapshot(state));
      length = Journal.read(path, () => {});
    }
    return new Store(blobs, await Journal.open(path, length, options), state);
  }

  /** Removes the content files that no record names, left by a killed process. */
  async sweep(): Promise<number> {
    const live = new Set<string>();
    const add = (segments: readonly Segment[]): void => {
      for (const { id } of segments) live.add(id);
    };
    for (const bucket of this.#buckets.values())
      for (const [, object] of bucket.objects.entries()) add(object.segments);
    for (const upload of this.#uploads.values()) for (const part of upload.parts.values()) add([part.segment]);
    return this.blobs.sweep((id) => live.has(id));
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  /** Resolves when every change that a reader can see is on disk. */
  settled(): Promise<void> {
    return this.#journal.settled();
  }

  buckets(): readonly Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  findBucket(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: name });
    return bucket;
  }

  async createBucket(name: string, created: number): Promise<void> {
    if (this.#buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: name });
    this.#buckets.set(name, { name, created, objects: new SortedMap(), cors: undefined });
    await this.#append({ t: 'bucket', bucket: name, created }, () => this.#buckets.delete(name));
  }

  async deleteBucket(name: string): Promise<void> {
    const bucket = this.bucket(name);
    const uploads = this.uploadsOf(name);
    if (bucket.objects.size > 0) throw new S3Error('BucketNotEmpty', undefined, { BucketName: name });
    this.#buckets.delete(name);
    for (const upload of uploads) this.#uploads.delete(upload.id);
    await this.#append({ t: 'unbucket', bucket: name }, () => {
      this.#buckets.set(name, bucket);
      for (const upload of uploads) this.#uploads.set(upload.id, upload);
    });
    for (const upload of uploads) await this.blobs.remove([...upload.parts.values()].map((part) => part.segment));
  }

  async setCors(name: string, rules: readonly CorsRule[] | undefined): Promise<void> {
    const bucket = this.bucket(name);
    const before = bucket.cors;
    bucket.cors = rules;
    await this.#append({ t: 'cors', bucket: name, rules: rules ?? null }, () => {
      bucket.cors = before;
    });
  }

  object(bucket: string, key: string): ObjectRecord | undefined {
    return this.bucket(bucket).objects.get(toByteKey(key));
  }

  /** Makes content, already written, the object of this key. */
  async putObject(bucket: string, key: string, object: NewObject, check: Precondition): Promise<ObjectRecord> {
    return this.#commit(bucket, key, object, check, (record) => ({ t: 'put', bucket, key, object: record }));
  }

  async #commit(
    bucketName: string,
    key: string,
    object: NewObject,
    check: Precondition,
    line: (record: ObjectRecord) => JournalRecord,
    undo: () => void = () => {},
  ): Promise<ObjectRecord> {
    const { objects } = this.bucket(bucketName);
    const byteKey = toByteKey(key);
    const before = objects.get(byteKey);
    check(before);
    const record: ObjectRecord = { ...object, sequence: ++this.#sequence };
    objects.set(byteKey, record);
    await this.#append(line(record), () => {
      if (before) objects.set(byteKey, before);
      else objects.delete(byteKey);
      undo();
    });
    if (before) await this.blobs.remove(before.segments);
    return record;
  }

  /** @returns what was deleted and the sequence of the deletion; undefined when there was nothing */
  async deleteObject(
    bucketName: string,
    key: string,
    check: Precondition = () => {},
  ): Promise<{ readonly object: ObjectRecord; readonly sequence: number } | undefined> {
    const { objects } = this.bucket(bucketName);
    const byteKey = toByteKey(key);
    const object = objects.get(byteKey);
    check(object);
    if (!object) return undefined;
    objects.delete(byteKey);
    const sequence = ++this.#sequence;
    await this.#append({ t: 'delete', bucket: bucketName, key, sequence }, () => objects.set(byteKey, object));
    await this.blobs.remove(object.segments);
    return { object, sequence };
  }

  async createUpload(upload: UploadRecord): Promise<void> {
    this.bucket(upload.bucket);
    this.#uploads.set(upload.id, { ...upload, parts: new Map() });
    await this.#append({ t: 'upload', upload }, () => this.#uploads.delete(upload.id));
  }

  /** @throws S3Error NoSuchUpload, also when the upload is another key's */
  upload(bucket: string, key: string, id: string): Upload {
    this.bucket(bucket);
    const upload = this.#uploads.get(id);
    if (upload?.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload', undefined, { UploadId: id });
    return upload;
  }

  uploadsOf(bucket: string): readonly Upload[] {
    return [...this.#uploads.values()].filter((upload) => upload.bucket === bucket);
  }

  async putPart(bucket: string, key: string, id: string, number: number, part: PartRecord): Promise<void> {
    // Looked up again: the upload may have ended while the part was on its way.
    const { parts } = this.upload(bucket, key, id);
    const before = parts.get(number);
    parts.set(number, part);
    await this.#append({ t: 'part', id, number, part }, () => {
      if (before) parts.set(number, before);
      else parts.delete(number);
    });
    if (before) await this.blobs.remove([before.segment]);
  }

  async abortUpload(bucket: string, key: string, id: string): Promise<void> {
    const upload = this.upload(bucket, key, id);
    this.#uploads.delete(id);
    await this.#append({ t: 'abort', id }, () => this.#uploads.set(id, upload));
    await this.blobs.remove([...upload.parts.values()].map((part) => part.segment));
  }

  /** Turns an upload into an object, in one record: there is no moment at which both or neither exist. */
  async completeUpload(upload: Upload, object: NewObject, check: Precondition): Promise<ObjectRecord> {
    const { id, bucket, key } = upload;
    const record = await this.#commit(
      bucket,
      key,
      object,
      (current) => {
        this.upload(bucket, key, id);
        check(current);
        this.#uploads.delete(id);
      },
      (line) => ({ t: 'complete', id, bucket, key, object: line }),
      () => this.#uploads.set(id, upload),
    );
    const used = new Set(object.segments.map((segment) => segment.id));
    await this.blobs.remove([...upload.parts.values()].map((part) => part.segment).filter(({ id }) => !used.has(id)));
    return record;
  }

  #append(record: JournalRecord, undo: () => void): Promise<void> {
    return this.#journal.append(record, undo);
  }
}

interface LoadedState {
  readonly buckets: Map<string, Bucket>;
  readonly uploads: Map<string, Upload>;
  readonly sequence: number;
  readonly records: number;
  readonly length: number;
}

/** Replays a journal. Objects are gathered unordered and sorted once at the end. */
function load(path: string): LoadedState {
  const buckets = new Map<string, Bucket>();
  const objects = new Map<string, Map<string, ObjectRecord>>();
  const uploads = new Map<string, Upload>();
  let sequence = 0;
  let records = 0;
  const put = (bucket: string, key: string, object: ObjectRecord): void => {
    objects.get(bucket)?.set(toByteKey(key), object);
    sequence = Math.max(sequence, object.sequence);
  };
  const length = Journal.read(path, (line) => {
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
        for (const upload of uploads.values()) if (upload.bucket === record.bucket) uploads.delete(upload.id);
        break;
      case 'cors': {
        const bucket = buckets.get(record.bucket);
        if (bucket) bucket.cors = record.rules ?? undefined;
        break;
      }
      case 'put':
        put(record.bucket, record.key, record.object);
        break;
      case 'delete':
        objects.get(record.bucket)?.delete(toByteKey(record.key));
        sequence = Math.max(sequence, record.sequence);
        break;
      case 'upload':
        uploads.set(record.upload.id, { ...record.upload, parts: new Map() });
        break;
      case 'part':
        uploads.get(record.id)?.parts.set(record.number, record.part);
        break;
      case 'abort':
        uploads.delete(record.id);
        break;
      case 'complete':
        uploads.delete(record.id);
        put(record.bucket, record.key, record.object);
        break;
    }
  });
  for (const [name, bucket] of buckets)
    buckets.set(name, { ...bucket, objects: SortedMap.from(objects.get(name) ?? new Map()) });
  return { buckets, uploads, sequence, records, length };
}

function liveRecords({ buckets, uploads }: LoadedState): number {
  let live = 0;
  for (const bucket of buckets.values()) live += 1 + bucket.objects.size;
  for (const upload of uploads.values()) live += 1 + upload.parts.size;
  return live;
}

/** The shortest journal that leads to this state. */
function* snapshot({ buckets, uploads }: LoadedState): Generator<JournalRecord> {
  for (const { name, created, objects, cors } of buckets.values()) {
    yield { t: 'bucket', bucket: name, created };
    if (cors) yield { t: 'cors', bucket: name, rules: cors };
    for (const [key, object] of objects.entries()) yield { t: 'put', bucket: name, key: fromByteKey(key), object };
  }
  for (const { parts, ...upload } of uploads.values()) {
    yield { t: 'upload', upload };
    for (const [number, part] of parts) yield { t: 'part', id: upload.id, number, part };
  }
}
