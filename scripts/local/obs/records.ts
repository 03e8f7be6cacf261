import type { Segment } from './blobs.ts';

export interface ObjectMeta {
  /** Standard headers as they came, names in lower case; values one character per byte. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata: names in lower case without the prefix, values decoded. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass?: string;
}

export interface ObjectRecord extends ObjectMeta {
  readonly segments: readonly Segment[];
  readonly size: number;
  /** The ETag without quotes. */
  readonly etag: string;
  readonly modified: number;
  /** Rises with every change of the store; tells which of two events of a key came later. */
  readonly sequence: number;
  /** Checksums by header name, such as `x-amz-checksum-crc32`. */
  readonly checksums?: Readonly<Record<string, string>>;
  /** Sizes of the parts of a multipart upload. */
  readonly parts?: readonly number[];
}

export interface PartRecord {
  readonly segment: Segment;
  readonly etag: string;
  readonly modified: number;
  readonly checksums?: Readonly<Record<string, string>>;
}

export interface UploadChecksum {
  readonly name: string;
  /** The checksum covers the whole content, not the checksums of the parts. */
  readonly whole: boolean;
}

export interface UploadRecord extends ObjectMeta {
  readonly checksum?: UploadChecksum;
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
}

/** How an upload ended, for a client that repeats its last request because the answer was lost. */
export interface EndedUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** ETag of the object that the upload became; absent when it was aborted. */
  readonly etag?: string;
}

export interface CorsRule {
  readonly id?: string;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds. */
  readonly maxAge?: number;
}

export interface EventNote {
  readonly name: EventName;
  readonly time: number;
  readonly requestId: string;
  /** Tells the events of one request apart, where there are several. */
  readonly part?: number;
  readonly sourceAddress: string;
}

export interface ObjectEvent extends EventNote {
  readonly bucket: string;
  readonly key: string;
  readonly object: ObjectRecord;
  readonly sequence: number;
}

export type EventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete'
  | 'ObjectRemoved:DeleteMarkerCreated';

/** The journal's lines; keys are plain text there. */
export type JournalRecord =
  | { readonly t: 'bucket'; readonly bucket: string; readonly created: number }
  | { readonly t: 'unbucket'; readonly bucket: string }
  | { readonly t: 'cors'; readonly bucket: string; readonly rules: readonly CorsRule[] | null }
  | {
      readonly t: 'put';
      readonly bucket: string;
      readonly key: string;
      readonly object: ObjectRecord;
      readonly event?: EventNote;
    }
  | {
      readonly t: 'delete';
      readonly bucket: string;
      readonly key: string;
      readonly sequence: number;
      readonly event?: EventNote;
    }
  | { readonly t: 'upload'; readonly upload: UploadRecord }
  | { readonly t: 'part'; readonly id: string; readonly number: number; readonly part: PartRecord }
  | { readonly t: 'abort'; readonly id: string }
  | {
      readonly t: 'complete';
      readonly id: string;
      readonly bucket: string;
      readonly key: string;
      readonly object: ObjectRecord;
      readonly event?: EventNote;
    }
  /** Only in a rewritten journal: an upload that ended. */
  | { readonly t: 'ended'; readonly upload: EndedUpload }
  /** The notifications of this change were delivered. */
  | { readonly t: 'notified'; readonly sequence: number }
  /** Only in a rewritten journal: how many changes there have been. */
  | { readonly t: 'sequence'; readonly sequence: number }
  /** Only in a rewritten journal: an event whose notifications are still to be delivered. */
  | { readonly t: 'event'; readonly event: ObjectEvent };
