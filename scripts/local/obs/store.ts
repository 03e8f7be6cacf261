import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '../journal.ts';
import { Blobs, type Segment } from './blobs.ts';
import { toByteKey } from './byte-key.ts';
import type { EndedUploads } from './ended-uploads.ts';
import { S3Error } from './errors.ts';
import type {
  CorsRule,
  EndedUpload,
  EventNote,
  JournalRecord,
  ObjectEvent,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from './records.ts';
import { SortedMap } from './sorted-map.ts';
import { type Bucket, loadState, openJournal, type State, type Upload } from './state.ts';

/** Checked at the moment of commit, with nothing in between; throws to refuse. */
type Precondition = (current: ObjectRecord | undefined) => void;

interface Listener {
  /** Whether anybody wants to hear of such an event; only then it is kept until it was delivered. */
  readonly wants: (event: Pick<ObjectEvent, 'bucket' | 'key' | 'name'>) => boolean;
  readonly committed: (event: ObjectEvent) => void;
}

/** An object as a caller hands it over; the store numbers it. */
type NewObject = Omit<ObjectRecord, 'sequence'>;

/**
 * Buckets, objects and uploads: an index in memory, a journal that says the same on disk, and content in files of
 * its own. A change is applied to the index at once (so that conditions hold) and reported when the journal has it.
 */
export class Store {
  readonly blobs: Blobs;
  readonly #buckets: Map<string, Bucket>;
  readonly #uploads: Map<string, Upload>;
  readonly #ended: EndedUploads;
  readonly #journal: Journal;
  #sequence: number;
  readonly #undelivered: readonly ObjectEvent[];
  /** Nobody, until set. */
  listener: Listener = { wants: () => false, committed: () => {} };

  private constructor(blobs: Blobs, journal: Journal, state: State) {
    this.blobs = blobs;
    this.#journal = journal;
    this.#buckets = state.buckets;
    this.#uploads = state.uploads;
    this.#ended = state.ended;
    this.#sequence = state.sequence;
    this.#undelivered = [...state.undelivered.values()];
  }

  static async open(dir: string, options: { readonly fsync: boolean }): Promise<Store> {
    mkdirSync(dir, { recursive: true });
    const blobs = new Blobs(join(dir, 'blobs'), options.fsync);
    const path = join(dir, 'journal.jsonl');
    const state = loadState(path);
    return new Store(blobs, await openJournal(path, state, options), state);
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

  /** The events of earlier runs whose notifications were not delivered when the process ended. */
  undelivered(): readonly ObjectEvent[] {
    return this.#undelivered;
  }

  async notified(sequence: number): Promise<void> {
    await this.#append({ t: 'notified', sequence }, () => {});
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
    this.#ended.deleteBucket(name);
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
  async putObject(
    bucket: string,
    key: string,
    object: NewObject,
    note: EventNote,
    check: Precondition,
  ): Promise<ObjectRecord> {
    return this.#commit(bucket, key, object, note, check, (record, event) => ({
      t: 'put',
      bucket,
      key,
      object: record,
      ...event,
    }));
  }

  async #commit(
    bucketName: string,
    key: string,
    object: NewObject,
    note: EventNote,
    check: Precondition,
    line: (record: ObjectRecord, event: { readonly event?: EventNote }) => JournalRecord,
    undo: () => void = () => {},
  ): Promise<ObjectRecord> {
    const { objects } = this.bucket(bucketName);
    const byteKey = toByteKey(key);
    const before = objects.get(byteKey);
    check(before);
    const record: ObjectRecord = { ...object, sequence: ++this.#sequence };
    objects.set(byteKey, record);
    const event = { ...note, bucket: bucketName, key, object: record, sequence: record.sequence };
    const wanted = this.listener.wants(event);
    await this.#append(line(record, wanted ? { event: note } : {}), () => {
      if (before) objects.set(byteKey, before);
      else objects.delete(byteKey);
      undo();
    });
    if (wanted) this.listener.committed(event);
    if (before) await this.blobs.remove(before.segments);
    return record;
  }

  /** Removes an object; where there is none, nothing happens. */
  async deleteObject(bucketName: string, key: string, note: EventNote, check: Precondition = () => {}): Promise<void> {
    const { objects } = this.bucket(bucketName);
    const byteKey = toByteKey(key);
    const object = objects.get(byteKey);
    check(object);
    if (!object) return;
    objects.delete(byteKey);
    const sequence = ++this.#sequence;
    const event = { ...note, bucket: bucketName, key, object, sequence };
    const wanted = this.listener.wants(event);
    await this.#append({ t: 'delete', bucket: bucketName, key, sequence, ...(wanted ? { event: note } : {}) }, () =>
      objects.set(byteKey, object),
    );
    if (wanted) this.listener.committed(event);
    await this.blobs.remove(object.segments);
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

  /** How an upload ended, once that is on disk; undefined while it is under way. Throws S3Error NoSuchUpload. */
  endedUpload(bucket: string, key: string, id: string): Promise<EndedUpload> | undefined {
    const ended = this.#ended.get(id);
    if (ended?.bucket !== bucket || ended.key !== key) {
      this.upload(bucket, key, id);
      return undefined;
    }
    return this.settled().then(() => {
      // The end could not be written, so the upload is under way again: the client tries once more.
      if (!this.#ended.get(id)) throw new S3Error('InternalError');
      return ended;
    });
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
    this.#end(upload, {});
    await this.#append({ t: 'abort', id }, () => this.#revive(upload));
    await this.blobs.remove([...upload.parts.values()].map((part) => part.segment));
  }

  /** Turns an upload into an object, in one record: there is no moment at which both or neither exist. */
  async completeUpload(upload: Upload, object: NewObject, note: EventNote, check: Precondition): Promise<ObjectRecord> {
    const { id, bucket, key } = upload;
    const record = await this.#commit(
      bucket,
      key,
      object,
      note,
      (current) => {
        this.upload(bucket, key, id);
        check(current);
        this.#end(upload, { etag: object.etag });
      },
      (line, event) => ({ t: 'complete', id, bucket, key, object: line, ...event }),
      () => this.#revive(upload),
    );
    const used = new Set(object.segments.map((segment) => segment.id));
    await this.blobs.remove([...upload.parts.values()].map((part) => part.segment).filter(({ id }) => !used.has(id)));
    return record;
  }

  #end({ id, bucket, key }: Upload, how: Pick<EndedUpload, 'etag'>): void {
    this.#uploads.delete(id);
    this.#ended.add({ id, bucket, key, ...how });
  }

  #revive(upload: Upload): void {
    this.#ended.delete(upload.id);
    this.#uploads.set(upload.id, upload);
  }

  #append(record: JournalRecord, undo: () => void): Promise<void> {
    return this.#journal.append(record, undo);
  }
}
