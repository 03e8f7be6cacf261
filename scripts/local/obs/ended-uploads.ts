import type { EndedUpload } from './records.ts';

/** Uploads; S3 remembers them for about a day. */
const REMEMBERED = 10_000;

export class EndedUploads {
  readonly #uploads = new Map<string, EndedUpload>();

  get size(): number {
    return this.#uploads.size;
  }

  get(id: string): EndedUpload | undefined {
    return this.#uploads.get(id);
  }

  values(): IterableIterator<EndedUpload> {
    return this.#uploads.values();
  }

  add(upload: EndedUpload): void {
    this.#uploads.set(upload.id, upload);
    for (const id of this.#uploads.keys()) {
      if (this.#uploads.size <= REMEMBERED) return;
      this.#uploads.delete(id);
    }
  }

  delete(id: string): void {
    this.#uploads.delete(id);
  }

  /** A later bucket of this name has never had them. */
  deleteBucket(bucket: string): void {
    for (const upload of this.#uploads.values()) if (upload.bucket === bucket) this.#uploads.delete(upload.id);
  }
}
