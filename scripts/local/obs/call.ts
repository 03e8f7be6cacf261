import type { Archive } from './archive.ts';
import type { Body } from './body.ts';
import type { EventName, EventNote } from './records.ts';
import type { Query } from './request.ts';
import type { Store } from './store.ts';
import { s3Document } from './xml.ts';

/** Whether the caller may do something, such as `obs:object:PutObject`, with a bucket or an object of it. */
export type Allows = (action: string, bucket: string, key?: string) => boolean;

/** A request that has been authenticated and taken apart; an operation knows nothing of sockets. */
export interface Call {
  readonly store: Store;
  readonly archive: Archive;
  readonly bucket: string;
  /** Empty for an operation on a bucket. */
  readonly key: string;
  readonly query: Query;
  /** Those of OBS under the names of S3: `x-amz-*`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client speaks the dialect of OBS. */
  readonly obs: boolean;
  readonly body: Body;
  readonly allows: Allows;
  readonly region: string;
  readonly now: () => number;
  /** Describes a change of an object that this request makes; a number where it makes several. */
  readonly event: (name: EventName, part?: number) => EventNote;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A document, or an object's content with its length in a header. */
  readonly body?: string | AsyncIterable<Buffer>;
  /** Called when the body is no longer needed, sent or not. */
  readonly release?: () => void;
}

export type Operation = (call: Call) => Promise<Reply>;

/** @param content of the document's root, as XML */
export function xmlReply(root: string, content: string): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: s3Document(root, content) };
}
