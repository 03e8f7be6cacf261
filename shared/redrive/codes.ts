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
    remedy: 'Redrive it. FunctionGraph gave the event up after its retries; it is whole, and can be taken again.',
  },
  otherFunction: {
    code: 'OmsSync.FailedCall',
    remedy:
      'Look into the log of the function that is named in the event and call it again where its timer does not. The ' +
      'event names no objects.',
  },
  unreadable: {
    code: 'OmsSync.UnreadableDocument',
    remedy: 'Look at the event: it holds what was found. Put what it names through again by hand, then delete it.',
  },
  notRouted: {
    code: 'OmsSync.RouteGone',
    remedy:
      'Compare ROUTES with the objects: their bucket has routes, and the prefix of none matches them. Correct it, deploy, ' +
      'and redrive; where they are not to be replicated, delete the document.',
  },
  newer: {
    code: 'OmsSync.NewerDocument',
    remedy: 'A later release of the functions wrote the document. Deploy that release everywhere, and redrive then.',
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
