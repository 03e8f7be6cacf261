import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import { DOCUMENT_FAILURES, shownCode } from './codes.ts';
import type { RedriveDocument } from './document.ts';
import { isCallOfOtherFunction } from './failed-invocation.ts';

/** Why a document is there, for people. */
export interface DocumentCause {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Characters of a message that anybody may have written. */
const SHOWN = 300;

/**
 * Why a document is there. A failed invocation is called after the failure that its last attempt ended with, where it
 * tells; its document's own code says only that it was given up.
 */
export function causeOfDocument({ code, content }: RedriveDocument): DocumentCause {
  const invocation = content.type === 'invocation' ? content.invocation : undefined;
  const known =
    invocation && isCallOfOtherFunction(invocation.event)
      ? DOCUMENT_FAILURES.otherFunction
      : shownCode(invocation?.failure ?? code);
  const words = invocation?.cause ?? (content.type === 'letter' ? content.letter.message : '');
  const message = words === '' ? `The document has the code ${known.code}.` : words.slice(0, SHOWN);
  return { ...known, message };
}

/** Whether a retry can cure it; undefined where this release does not know the code. */
export function isRetryable(code: string): boolean | undefined {
  return FAILURES[code as FailureCode]?.retryable;
}
