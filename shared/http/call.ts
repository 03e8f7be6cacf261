import type { CallContext } from './client-options.ts';
import { backoff, CALL_LIMITS } from './retry.ts';
import { type Attempt, type Loss, type SignedCall, UnexpectedAnswer } from './signed-call.ts';
import { type Answer, isNotHttp, isTlsRefusal, TransportFailure } from './transport.ts';

/**
 * Makes a call: attempts, each signed afresh with the credentials of its moment, until one succeeds, none can help, or
 * the attempts or the time are used up.
 *
 * @throws an error of the call's hooks
 */
export async function makeCall<K, T>(call: SignedCall<K, T>, context: CallContext): Promise<T> {
  let attempts = 0;
  // Attempts that count towards maxAttempts: finding out that an idle connection was closed does not.
  let counted = 0;
  // When a kept connection breaks, nobody can say whether the server closed it before the request came. A call that must
  // not be repeated therefore gets a new one.
  let freshConnection = !call.repeatable;
  let afterUncertain = false;
  let cause: Error | undefined;
  for (;;) {
    const remaining = context.deadline();
    if (!(remaining > 0))
      throw call.lost(
        { kind: 'deadline', reason: 'ETIMEDOUT', retryable: true, status: undefined, sent: afterUncertain, cause },
        { attempts, afterUncertain },
      );
    const credentials = call.credentials(attempts);
    attempts += 1;
    counted += 1;
    const attempt: Attempt<K> = { credentials, attempts, afterUncertain };
    const outcome: Succeeded<T> | Failed = await tryOnce(call, context, attempt, { remaining, freshConnection });
    if ('value' in outcome) return outcome.value;
    const { error, repeat, uncertain, stale, retryAfter = 0 } = outcome;
    if (uncertain && !call.repeatable) throw call.ambiguous?.(error) ?? error;
    cause = error;
    afterUncertain ||= uncertain;
    if (stale && !freshConnection) {
      counted -= 1;
      freshConnection = true;
      continue;
    }
    if (!repeat || counted >= context.maxAttempts) throw error;
    const delay = backoff(counted, context.random(), retryAfter);
    // The error says more than a deadline would, and carries Retry-After to our own caller.
    if (retryAfter * 1000 > CALL_LIMITS.retryAfterCap || delay >= context.deadline()) throw error;
    await context.sleep(delay);
  }
}

interface Succeeded<T> {
  readonly value: T;
}

interface Failed {
  readonly error: Error;
  readonly repeat: boolean;
  readonly uncertain: boolean;
  readonly stale?: boolean;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

async function tryOnce<K, T>(
  call: SignedCall<K, T>,
  context: CallContext,
  attempt: Attempt<K>,
  { remaining, freshConnection }: { readonly remaining: number; readonly freshConnection: boolean },
): Promise<Succeeded<T> | Failed> {
  let answer: Answer;
  try {
    answer = await context.sender.send({
      ...call.sign(attempt.credentials, context.now()),
      timeout: Math.min(context.timeout, remaining),
      freshConnection,
    });
  } catch (failure) {
    if (!(failure instanceof TransportFailure)) throw failure;
    if (!call.isRefusal?.(failure)) return lose(call, attempt, failure, remaining <= context.timeout);
    answer = { status: failure.status ?? 0, headers: {}, body: Buffer.alloc(0) };
  }
  const { status } = answer;
  if (status < 200 || status > 299) {
    const { error, retryable, retryAfter } = call.refused(answer, attempt);
    // A throttled request was turned away before it was looked at. After any other failure of the server its work may be
    // done: a gateway also answers 503 when it lost the server midway.
    return { error, repeat: retryable, uncertain: retryable && status !== 429, retryAfter };
  }
  try {
    const { documented } = call;
    if (documented && !documented.includes(status))
      throw new UnexpectedAnswer(`has the status ${status}, where ${documented[0]} is documented`);
    return { value: call.read(answer, attempt) };
  } catch (failure) {
    return { error: call.unexpected(failure, answer, attempt), repeat: true, uncertain: true };
  }
}

/** @param isLast whether the attempt had all the time that the call had left */
function lose<K, T>(call: SignedCall<K, T>, attempt: Attempt<K>, failure: TransportFailure, isLast: boolean): Failed {
  const { code, status, sent, stale } = failure;
  const retryable = !isTlsRefusal(code);
  const failed = (kind: Loss['kind'], repeat: boolean, reason = code): Failed => ({
    error: call.lost({ kind, reason, retryable, status, sent, cause: failure }, attempt),
    repeat,
    uncertain: sent,
    stale,
  });
  if (failure.kind === 'too_large') return failed('too_large', false, 'is too large');
  if (isNotHttp(code)) return failed('malformed', false, 'is not HTTP');
  if (failure.kind === 'timeout') return isLast ? failed('deadline', false) : failed('timeout', true);
  return failed('connection', retryable);
}
