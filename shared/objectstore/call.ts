import { backoff } from '#shared/http/retry.ts';
import { checkCredentials } from './credentials.ts';
import { ObjectStoreDeadlineError, type ObjectStoreError } from './errors.ts';
import {
  type AttemptState,
  type Call,
  type ExchangeContext,
  exchange,
  type Failed,
  type Succeeded,
} from './exchange.ts';
import { CLIENT_LIMITS } from './limits.ts';
import type { StoreCredentials } from './sigv4.ts';

/** One HTTP request and what came of it; holds no secret. */
export interface AttemptInfo {
  readonly operation: string;
  /** From 1. */
  readonly attempt: number;
  /** HTTP status; absent where there was no answer. */
  readonly status?: number;
  /** Name of the error; absent on success. */
  readonly error?: string;
  readonly requestId?: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** What the attempts of a call need; all times in milliseconds. */
export interface CallContext extends ExchangeContext {
  /** Read anew for every attempt. */
  readonly credentials: () => StoreCredentials;
  /** What is left. */
  readonly deadline: () => number;
  readonly maxAttempts: number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly onAttempt: ((info: AttemptInfo) => void) | undefined;
}

/**
 * Makes a call: attempts, each signed afresh with the credentials of its moment, until one succeeds, none can help, or
 * the attempts or the time are used up.
 *
 * @throws ObjectStoreError, or what `credentials` throws
 */
export async function makeCall<T>(call: Call<T>, context: CallContext): Promise<T> {
  const { operation, bucket } = call;
  let attempts = 0;
  // Attempts that count towards maxAttempts: finding out that an idle connection was closed does not.
  let counted = 0;
  let freshConnection = false;
  let last: ObjectStoreError | undefined;
  let afterUncertain = false;
  for (;;) {
    const remaining = context.deadline();
    if (!(remaining > 0))
      throw new ObjectStoreDeadlineError({
        operation,
        bucket,
        attempts,
        retryable: true,
        afterUncertain,
        cause: last,
      });
    const credentials = context.credentials();
    checkCredentials(credentials, { operation, attempts });
    attempts += 1;
    counted += 1;
    const state: AttemptState = { attempts, remaining, freshConnection, afterUncertain };
    const outcome: Succeeded<T> | Failed = await attempt(call, context, credentials, state);
    if ('value' in outcome) return outcome.value;
    const { error } = outcome;
    last = error;
    afterUncertain ||= outcome.uncertain;
    if (outcome.stale) {
      counted -= 1;
      freshConnection = true;
      continue;
    }
    if (!outcome.repeat || counted >= context.maxAttempts) throw error;
    const { retryAfter } = error;
    const delay = backoff(counted, context.random(), retryAfter);
    // The error says more than a deadline would, and carries Retry-After to our own caller.
    if ((retryAfter ?? 0) * 1000 > CLIENT_LIMITS.retryAfterCap || delay >= context.deadline()) throw error;
    await context.sleep(delay);
  }
}

async function attempt<T>(
  call: Call<T>,
  context: CallContext,
  credentials: StoreCredentials,
  state: AttemptState,
): Promise<Succeeded<T> | Failed> {
  const started = context.now();
  const outcome = await exchange(call, context, credentials, state, started);
  if (context.onAttempt) {
    const failed = 'error' in outcome ? outcome : undefined;
    context.onAttempt({
      operation: call.operation,
      attempt: state.attempts,
      duration: context.now() - started,
      ...(outcome.status === undefined ? {} : { status: outcome.status }),
      ...(failed ? { error: failed.error.name } : {}),
      ...(failed?.error.requestId === undefined ? {} : { requestId: failed.error.requestId }),
    });
  }
  return outcome;
}
