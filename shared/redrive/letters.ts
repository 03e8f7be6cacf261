import { checkName, type Redact } from '#shared/deadletters/conceal-event.ts';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import { makeDeadLetter, makeDeadLetters, type Origin, type TerminalFailure } from '#shared/deadletters/make.ts';
import { AppError } from '#shared/errors/base.ts';
import type { ObjectChange, RejectedRecord } from '#shared/events/object-change.ts';
import { classify, type FailureKind } from '#shared/pipeline/failures.ts';
import type { RoutedChange } from '#shared/pipeline/route.ts';
import { NoRouteError } from '#shared/pipeline/routes.ts';
import { DOCUMENT_FAILURES, type DocumentFailure } from './codes.ts';
import type { RedriveDocument } from './document.ts';

/** A key that was not accepted. */
export interface KeyFailure extends RoutedChange {
  readonly error: unknown;
  readonly failure: FailureKind;
}

/** What a document names that was not accepted. */
export interface Rest {
  readonly keys: readonly KeyFailure[];
  /** Changes of a bucket that no route names. */
  readonly unrouted: readonly ObjectChange[];
  /** Changes that no route matches, although their bucket has some. */
  readonly abandoned: readonly ObjectChange[];
  readonly rejected: readonly RejectedRecord[];
  /** Why the event as a whole names nothing; undefined where it does. */
  readonly unrecognised: unknown;
}

export interface LetterContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the invocation's logger. */
  readonly redact: Redact;
}

/**
 * Dead letters for what of a document was not accepted, one per sync task and failure. They are those of the invocation
 * that failed first: its function, its request, its time. So two runs that refuse the same document at the same time
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
  return makeDeadLetters(failuresOf(document, rest), { ...origin, now, redact, attempts, created: document.created });
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
        { event: { document: found.name, content: textOf(content) }, functionName: '', requestId: '' };
  if (content.type === 'unreadable') checkName(content.text, redact);
  const { event, functionName, requestId } = origin ?? { event: undefined, functionName: '', requestId: found.name };
  return makeDeadLetter(failed, { event, functionName, requestId, now, redact, created });
}

/** What is wrong with a document as a whole. */
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

function textOf(content: RedriveDocument['content']): string {
  return content.type === 'unreadable' ? content.text : '';
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

function failuresOf({ content }: RedriveDocument, rest: Rest): TerminalFailure[] {
  const { keys, unrouted, abandoned, rejected, unrecognised } = rest;
  const failures: TerminalFailure[] = [];
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
    const failure = classify(error);
    const syncTaskId =
      content.type === 'letter' && content.letter.kind === 'keys' ? content.letter.sync_task_id : undefined;
    failures.push(
      // Refused keys stay as they were decoded: the encoding that is configured now may be another.
      syncTaskId === undefined
        ? { kind: 'records', failure, error, records: unrouted.map(({ path }) => ({ path })) }
        : { kind: 'keys', failure, error, syncTaskId, changes: unrouted },
    );
  }
  if (abandoned.length > 0) {
    const failure = DOCUMENT_FAILURES.notRouted;
    const error = new DocumentError(
      failure.code,
      'Routes of an earlier attempt made more of the event than those of now.',
    );
    failures.push({ kind: 'records', failure, error, records: abandoned.map(({ path }) => ({ path })) });
  }
  if (unrecognised !== undefined)
    failures.push({ kind: 'event', failure: classify(unrecognised), error: unrecognised });
  return failures;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}
