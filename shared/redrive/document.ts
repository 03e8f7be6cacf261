import type { DeadLetter } from '#shared/deadletters/document.ts';
import type { FailedInvocation } from './failed-invocation.ts';

/** The prefix that a document was found below. */
export type DocumentSource = 'failed_invocation' | 'dead_letter' | 'parked';

export interface FoundDocument {
  readonly source: DocumentSource;
  /** Key of the object in the state bucket, prefix included. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly lastModified: number;
}

export type DocumentContent =
  | { readonly type: 'letter'; readonly letter: DeadLetter }
  | { readonly type: 'invocation'; readonly invocation: FailedInvocation }
  /** The content is unknown to this release. */
  | { readonly type: 'unreadable'; readonly reason: string }
  /** A later release wrote it, which alone knows what to do with it. */
  | { readonly type: 'newer' };

export interface RedriveDocument {
  readonly found: FoundDocument;
  /** ETag of the body that was read; absent where the store tells none. */
  readonly etag?: string | undefined;
  readonly body: Buffer;
  readonly content: DocumentContent;
  /** JSON values that it has. */
  readonly values: number;
  readonly code: string;
  /** When the failure happened first; milliseconds since the epoch. */
  readonly created: number;
  /** When it happened last; milliseconds since the epoch. */
  readonly lastFailed: number;
  readonly attempts: number;
}
