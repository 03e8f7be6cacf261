import type { DeadLetter } from '#shared/deadletters/document.ts';
import { classify, FAILURES } from '#shared/pipeline/failures.ts';
import { DOCUMENT_FAILURES, type DocumentFailure } from './codes.ts';
import type { RedriveDocument } from './document.ts';
import { isCallOfOtherFunction } from './failed-invocation.ts';
import { adopt, type KeyFailure, type LetterContext, lettersOfRest, type Rest } from './letters.ts';
import type { CauseRow, DocumentOutcome } from './report.ts';
import type { Resolved } from './resolve.ts';
import type { Taken } from './window.ts';

export interface DecideContext extends LetterContext {
  readonly maxAttempts: number;
}

export interface Disposition {
  readonly outcome: DocumentOutcome;
  /** Written before the document is deleted; empty where the outcome is `left`. */
  readonly letters: readonly { readonly letter: DeadLetter; readonly parked: boolean }[];
  readonly causes: readonly CauseRow[];
}

/**
 * Decides on a document after its keys were submitted.
 *
 * - everything was accepted, or must not be replicated: deleted
 * - only failures that pass: left as it is, so that an outage uses up no attempt
 * - some of it accepted, and only failures that pass: dead letters for the rest take its place, so that a document of more
 *   keys than a run can submit gets shorter with every run; they use up no attempt, and wait no longer
 * - a refusal among it: dead letters for everything that was not accepted take its place, those of refused keys with one
 *   attempt more, parked where that is the last
 *
 * @param failed the document's keys that were not accepted; all others were
 */
export function decide(
  { document, resolved }: Taken,
  failed: readonly KeyFailure[],
  context: DecideContext,
): Disposition {
  const { found } = document;
  const hopeless = hopelessCause(document, resolved);
  if (hopeless) {
    // A later release knows what to do; what is parked has no better place.
    if (hopeless.retryable || found.source === 'parked') return left([hopeless]);
    return {
      outcome: 'parked',
      letters: [{ letter: adopt(document, hopeless, context), parked: true }],
      causes: [hopeless],
    };
  }

  const passing = failed.filter(({ failure }) => failure.retryable);
  const refused: Rest = {
    keys: failed.filter(({ failure }) => !failure.retryable),
    unrouted: resolved.unrouted,
    abandoned: resolved.abandoned,
    rejected: resolved.rejected,
    unrecognised: resolved.unrecognised,
    later: [],
  };
  const causes = causesOf(passing, refused, resolved.later.length);
  const isRefused = causes.some(({ retryable }) => !retryable);
  if (causes.length === 0) return { outcome: 'redriven', letters: [], causes };
  const isPartly = passing.length < resolved.wanted.length;
  if (!isRefused && !isPartly) return left(causes);

  const isParked = found.source === 'parked';
  const attempts = document.content.type === 'letter' ? document.attempts + 1 : 1;
  const again = lettersOfRest(document, refused, context, attempts);
  const untried = { ...NO_REST, keys: passing, later: resolved.later };
  const later = lettersOfRest(document, untried, { ...context, now: document.lastFailed }, document.attempts);
  const letters = [
    ...again.map((letter) => ({ letter, parked: isParked || attempts >= context.maxAttempts })),
    ...later.map((letter) => ({ letter, parked: isParked })),
  ];
  // Whatever stands in the way has a letter. Were there none, deleting the document would be a loss.
  if (letters.length === 0) return left(causes);
  return { outcome: letters.every(({ parked }) => parked) ? 'parked' : 'rewritten', letters, causes };
}

const NO_REST: Rest = { keys: [], unrouted: [], abandoned: [], rejected: [], unrecognised: undefined, later: [] };

function left(causes: readonly CauseRow[]): Disposition {
  return { outcome: 'left', letters: [], causes };
}

/** Causes that are certain to refuse a document, found without asking OMS. */
export function dryRunCauses(document: RedriveDocument, resolved: Resolved): readonly CauseRow[] {
  const hopeless = hopelessCause(document, resolved);
  return hopeless ? [hopeless] : causesOf([], { ...resolved, keys: [] }, 0);
}

/** Why a document as a whole cannot be redriven, however often it is tried. */
function hopelessCause({ content, code }: RedriveDocument, { unrecognised }: Resolved): CauseRow | undefined {
  const { newer, unreadable, otherFunction } = DOCUMENT_FAILURES;
  if (content.type === 'newer') return { ...newer, retryable: true, count: 1 };
  const cause = (failure: DocumentFailure): CauseRow => ({ ...failure, retryable: false, count: 1 });
  if (content.type === 'unreadable') return cause(unreadable);
  if (unrecognised === undefined) return undefined;
  if (content.type === 'invocation')
    return isCallOfOtherFunction(content.invocation.event) ? cause(otherFunction) : undefined;
  // Parked for one of these reasons before: that it is no notification is no news.
  const before = [unreadable, otherFunction].find((failure) => failure.code === code);
  return before && cause(before);
}

function causesOf(passing: readonly KeyFailure[], rest: Rest, later: number): CauseRow[] {
  const { keys, unrouted, abandoned, rejected, unrecognised } = rest;
  const causes = new Map<string, { -readonly [Name in keyof CauseRow]: CauseRow[Name] }>();
  const add = ({ code, remedy, retryable }: Omit<CauseRow, 'count'>, count = 1): void => {
    const row = causes.get(code) ?? { code, remedy, retryable, count: 0 };
    causes.set(code, row);
    row.count += count;
  };
  for (const { failure } of [...passing, ...keys]) add(failure);
  for (const { error } of rejected) add(classify(error));
  if (unrouted.length > 0) add(FAILURES['OmsSync.NoRoute'], unrouted.length);
  if (abandoned.length > 0) add({ ...DOCUMENT_FAILURES.notRouted, retryable: false }, abandoned.length);
  if (unrecognised !== undefined) add(classify(unrecognised));
  // Objects that had no turn are what a run has no time for.
  if (later > 0) add(FAILURES['OmsSync.DeadlineExceeded'], later);
  return [...causes.values()];
}
