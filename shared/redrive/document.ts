import type { DeadLetter } from '#shared/deadletters/document.ts';
import type { FailedInvocation } from './failed-invocation.ts';

/** Where a document was found. */
export type DocumentSource = 'failed_invocation' | 'dead_letter' | 'parked';

/** A document as a listing shows it. */
export interface FoundDocument {
  readonly source: DocumentSource;
  /** Of the object in the state bucket, prefix included. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** By the store's clock; milliseconds since the epoch. */
  readonly lastModified: number;
}

/** What a document says, read and checked. */
export type DocumentContent =
  | { readonly type: 'letter'; readonly letter: DeadLetter }
  | { readonly type: 'invocation'; readonly invocation: FailedInvocation }
  /** Nothing that is known here. */
  | { readonly type: 'unreadable'; readonly reason: string }
  /** Of a later release, which alone knows what to do with it. */
  | { readonly type: 'newer' };

export interface RedriveDocument {
  readonly found: FoundDocument;
  /** Of what was read; absent where the store tells none. */
  readonly etag?: string | undefined;
  /** As it was read. */
  readonly body: Buffer;
  readonly content: DocumentContent;
  /** JSON values that it has. */
  readonly values: number;
  /** Of the failure that it tells of. */
  readonly code: string;
  /** When the failure happened first; milliseconds since the epoch. */
  readonly created: number;
  /** When it happened last; milliseconds since the epoch. */
  readonly lastFailed: number;
  /** Attempts in vain. */
  readonly attempts: number;
}
