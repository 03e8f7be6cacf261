/**
 * The object store that the rest of the project uses. ObjectStoreClient (client.ts) speaks S3; a simulator has its own
 * implementation.
 *
 * Keys are real names, never encoded. ETags are without the quotes around them. Times are milliseconds since the epoch,
 * sizes are bytes. Every method may be repeated: the state after it is the same.
 */
export interface ObjectStore {
  /**
   * Reads a whole object.
   *
   * @param request.maxBytes refuses a larger one; CLIENT_LIMITS.objectBytes by default
   * @throws ObjectNotFoundError, NoSuchBucketError, ObjectTooLargeError, or another ObjectStoreError
   */
  getObject(request: {
    readonly bucket: string;
    readonly key: string;
    readonly maxBytes?: number;
  }): Promise<StoredObject>;
  /**
   * Writes an object; it replaces an object of the same name.
   *
   * @param request.body a text is written as UTF-8
   */
  putObject(request: PutRequest): Promise<{ readonly etag?: string }>;
  /** Removes an object; a missing object is no error. */
  deleteObject(request: { readonly bucket: string; readonly key: string }): Promise<void>;
  /**
   * Reads an object's properties without its body.
   *
   * @returns undefined where there is none. A missing bucket looks the same, except on a store that names it in a
   *   header, as OBS does
   */
  headObject(request: { readonly bucket: string; readonly key: string }): Promise<ObjectHead | undefined>;
  /**
   * Lists a page of a bucket's objects, ordered by the bytes of their keys.
   *
   * @param request.startAfter exclusive
   * @param request.continuationToken `nextToken` of the page before
   * @param request.maxKeys 1 to 1000, which is the default; a page may have fewer and not be the last
   */
  listObjects(request: ListObjectsRequest): Promise<ObjectPage>;
}

export interface StoredObject {
  readonly body: Buffer;
  readonly etag?: string;
  readonly lastModified?: number;
}

export interface PutRequest {
  readonly bucket: string;
  readonly key: string;
  readonly body: string | Uint8Array;
  readonly contentType?: string;
}

export interface ObjectHead {
  readonly size: number;
  readonly etag?: string;
  readonly lastModified?: number;
  readonly contentType?: string;
  /** The store's own name; absent where the store names none, as S3 does for STANDARD. */
  readonly storageClass?: string;
}

export interface ListObjectsRequest {
  readonly bucket: string;
  readonly prefix?: string;
  readonly startAfter?: string;
  readonly continuationToken?: string;
  readonly maxKeys?: number;
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  readonly nextToken?: string;
  /** The time of the store when it answered, where it says: milliseconds since the epoch, of a whole second. */
  readonly date?: number;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly lastModified: number;
  readonly etag?: string;
  readonly storageClass?: string;
}
