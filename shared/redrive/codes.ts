import { FAILURES } from '#shared/pipeline/failures.ts';
import { REDRIVE_LIMITS } from './limits.ts';

/** Failures of whole documents, beside those of keys. Codes are stable; each has a remedy. */
export interface DocumentFailure {
  readonly code: string;
  readonly remedy: string;
}

export const DOCUMENT_FAILURES = {
  /** An event that FunctionGraph gave up; what failed is known only when it is tried again. */
  failedInvocation: {
    code: 'OmsSync.FailedInvocation',
    remedy: 'Redrive it: FunctionGraph gave the event up after its retries, and the event is whole.',
  },
  otherFunction: {
    code: 'OmsSync.FailedCall',
    remedy:
      'Read the log of the function that the event names, and call it again if no timer does. The event names no objects.',
  },
  unreadable: {
    code: 'OmsSync.UnreadableDocument',
    remedy: 'Submit by hand what the event names, then delete the document.',
  },
  notRouted: {
    code: 'OmsSync.RouteGone',
    remedy:
      'Correct the prefixes in ROUTES, deploy, and redrive; or delete the document if its objects are not to be replicated.',
  },
  newer: {
    code: 'OmsSync.NewerDocument',
    remedy: 'Deploy the later release that wrote the document everywhere, and redrive.',
  },
} as const satisfies Record<string, DocumentFailure>;

const KNOWN = new Map<string, DocumentFailure>(
  [...Object.values(FAILURES), ...Object.values(DOCUMENT_FAILURES)].map((each) => [each.code, each]),
);
const CODE = /^[\w.-]+$/;

/** Replaces malformed codes, and those for which a report has no room. */
export const OTHER: DocumentFailure = { code: 'other', remedy: 'See the documents.' };

/**
 * Makes a document's code fit to be shown. Documents may be anybody's, so that remedies are never theirs, and a code
 * is shown only where it looks like one.
 */
export function shownCode(code: string): DocumentFailure {
  const known = KNOWN.get(code);
  if (known) return { code, remedy: known.remedy };
  if (code.length > REDRIVE_LIMITS.codeLength || !CODE.test(code)) return OTHER;
  return { code, remedy: 'This release does not know the code: see the remedy in the documents that have it.' };
}
