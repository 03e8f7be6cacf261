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

/** What the attempts of a call need; all times in milliseconds. */
export interface CallContext extends ExchangeContext {
  /** Read anew for every attempt. */
  readonly credentials: () => StoreCredentials;
  /** What is left. */
  readonly deadline: () => number;
  readonly maxAttempts: number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
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
    const outcome: Succeeded<T> | Failed = await exchange(call, context, credentials, state, context.now());
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
