import { checkName, type Redact } from '#shared/deadletters/conceal-event.ts';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import { DEAD_LETTER_LIMITS } from '#shared/deadletters/limits.ts';
import { makeDeadLetter, type Origin, type TerminalFailure } from '#shared/deadletters/make.ts';
import { AppError } from '#shared/errors/base.ts';
import type { ObjectChange, RejectedRecord } from '#shared/events/object-change.ts';
import { groupBy } from '#shared/pipeline/batch.ts';
import { classify, type FailureKind } from '#shared/pipeline/failures.ts';
import type { RoutedChange } from '#shared/pipeline/route.ts';
import { NoRouteError } from '#shared/pipeline/routes.ts';
import { DOCUMENT_FAILURES, type DocumentFailure, shownCode } from './codes.ts';
import type { RedriveDocument } from './document.ts';
import { textOf } from './read.ts';

export interface KeyFailure extends RoutedChange {
  readonly error: unknown;
  readonly failure: FailureKind;
}

export interface Rest {
  readonly keys: readonly KeyFailure[];
  readonly unrouted: readonly ObjectChange[];
  /** Changes that no route matches, although their bucket has some. */
  readonly abandoned: readonly ObjectChange[];
  readonly rejected: readonly RejectedRecord[];
  /** Why the event as a whole names nothing; undefined where it does. */
  readonly unrecognised: unknown;
  /** Changes that had no turn. */
  readonly later: readonly ObjectChange[];
}

export interface LetterContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly redact: Redact;
}

/**
 * Dead letters for the part of a document that was not accepted, one per sync task and failure. They keep the function,
 * request and time of the invocation that failed first, so that two runs that refuse the same document at the same time
 * write the same names.
 *
 * @param attempts in vain, this one included
 * @throws CredentialInNameError
 */
export function lettersOfRest(
  document: RedriveDocument,
  rest: Rest,
  { now, redact }: LetterContext,
  attempts: number,
): DeadLetter[] {
  const origin = originOf(document);
  if (origin === undefined) return [];
  const full = { ...origin, now, redact, attempts, created: document.created };
  return failuresOf(document, rest).flatMap((failed) => [...lettersThatFit(failed, full)]);
}

/**
 * The dead letter of a failure, or several where one would be larger than one may be.
 *
 * @param wholeBytes of the event of which the failure is a part
 */
function* lettersThatFit(
  failed: TerminalFailure,
  origin: Origin,
  wholeBytes = Number.POSITIVE_INFINITY,
): Generator<DeadLetter> {
  const { documentBytes } = DEAD_LETTER_LIMITS;
  const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
  const letter = makeDeadLetter(failed, origin);
  const halves = bytesOf(letter) > documentBytes ? halvesOf(failed) : [];
  const eventBytes = halves.length === 0 ? 0 : bytesOf(letter.event ?? null);
  // An event of which no part can be chosen is as large in each half: nothing makes it fit.
  if (halves.length === 0 || (eventBytes > documentBytes && eventBytes >= wholeBytes)) yield letter;
  else for (const half of halves) yield* lettersThatFit(half, origin, eventBytes);
}

function halvesOf(failed: TerminalFailure): TerminalFailure[] {
  const halve = <T>(list: readonly T[]) => {
    const middle = Math.ceil(list.length / 2);
    return list.length < 2 ? [] : [list.slice(0, middle), list.slice(middle)];
  };
  if (failed.kind === 'event') return [];
  return failed.kind === 'keys'
    ? halve(failed.changes).map((changes) => ({ ...failed, changes }))
    : halve(failed.records).map((records) => ({ ...failed, records }));
}

/**
 * A dead letter that holds a document as it was found, where it is none that can be redriven.
 *
 * @throws CredentialInNameError, also where a text that cannot be read holds a credential: without it, it would not be
 *   what it was, and who is to put it through by hand has nothing else
 */
export function adopt(document: RedriveDocument, failure: DocumentFailure, { now, redact }: LetterContext): DeadLetter {
  const { content, found, created } = document;
  const failed = {
    kind: 'event',
    failure,
    error: new DocumentError(failure.code, reasonOf(document, redact)),
  } as const;
  const origin =
    content.type === 'invocation'
      ? originOf(document)
      : // The name is in it, so that two documents with the same content stay two.
        {
          event: { document: found.name, content: textOf(document.body) ?? document.body.toString('base64') },
          functionName: '',
          requestId: '',
        };
  if (content.type === 'unreadable') checkDocument(document, redact);
  const { event, functionName, requestId } = origin ?? { event: undefined, functionName: '', requestId: found.name };
  return makeDeadLetter(failed, { event, functionName, requestId, now, redact, created });
}

/** @throws CredentialInNameError where a document may not be written as it was found, because it holds a credential */
export function checkDocument({ body }: RedriveDocument, redact: Redact): void {
  checkName(textOf(body) ?? body.toString('latin1'), redact);
}

class DocumentError extends AppError {
  override readonly name = 'DocumentError';

  constructor(code: string, message: string) {
    super(422, code, message);
  }
}

/** Characters of the words of another function or the platform. */
const QUOTED = 300;

function reasonOf({ content }: RedriveDocument, redact: Redact): string {
  if (content.type === 'unreadable') return `The document cannot be read. ${content.reason}`;
  const cause = content.type === 'invocation' ? content.invocation.cause : undefined;
  return `The event names no objects.${cause === undefined ? '' : ` Its invocation failed: ${redact(cause).slice(0, QUOTED)}`}`;
}

function originOf({
  content,
  found,
}: RedriveDocument): Pick<Origin, 'event' | 'functionName' | 'requestId'> | undefined {
  if (content.type === 'letter') {
    const { event, function: functionName, request_id: requestId } = content.letter;
    return { event, functionName, requestId };
  }
  if (content.type !== 'invocation') return undefined;
  const { event, functionUrn = '', requestId = found.name } = content.invocation;
  return { event, functionName: functionUrn, requestId };
}

function failuresOf({ content, code }: RedriveDocument, rest: Rest): TerminalFailure[] {
  const { keys, unrouted, abandoned, rejected, unrecognised, later } = rest;
  const failures: TerminalFailure[] = [];
  const syncTaskId =
    content.type === 'letter' && content.letter.kind === 'keys' ? content.letter.sync_task_id : undefined;
  // Refused keys stay as they were decoded: the encoding that is configured now may be another.
  const asTheyWere = (failure: DocumentFailure, error: AppError, changes: readonly ObjectChange[]): TerminalFailure =>
    syncTaskId === undefined
      ? { kind: 'records', failure, error, records: changes.map(({ path }) => ({ path })) }
      : { kind: 'keys', failure, error, syncTaskId, changes };
  for (const group of groupBy(keys, ({ syncTaskId, failure }) => JSON.stringify([syncTaskId, failure.code]))) {
    const [{ syncTaskId, failure, error }] = group;
    failures.push({ kind: 'keys', syncTaskId, failure, error, changes: group.map(({ change }) => change) });
  }
  for (const group of groupBy(rejected, ({ error }) => classify(error).code)) {
    const [{ error }] = group;
    failures.push({ kind: 'records', failure: classify(error), error, records: group });
  }
  if (unrouted.length > 0) {
    const error = new NoRouteError();
    failures.push(asTheyWere(classify(error), error, unrouted));
  }
  if (later.length > 0) {
    const failure = shownCode(code);
    failures.push(asTheyWere(failure, new DocumentError(failure.code, 'There was no time to submit it.'), later));
  }
  if (abandoned.length > 0) {
    const failure = DOCUMENT_FAILURES.notRouted;
    const error = new DocumentError(
      failure.code,
      'No route matches, and the failed attempt does not tell that none did then.',
    );
    failures.push({ kind: 'records', failure, error, records: abandoned.map(({ path }) => ({ path })) });
  }
  if (unrecognised !== undefined)
    failures.push({ kind: 'event', failure: classify(unrecognised), error: unrecognised });
  return failures;
}
