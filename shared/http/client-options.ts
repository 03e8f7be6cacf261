import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { type Clock, systemClock } from './clock.ts';
import { CALL_LIMITS } from './retry.ts';
import type { Sender } from './transport.ts';

export interface Invocation<K> {
  /** Called for every attempt, so that temporary credentials are always the current ones. */
  readonly credentials: () => K;
  /** Milliseconds that are left for a call with all its attempts. No end where it is left out. */
  readonly deadline?: () => number;
}

export interface ClientOptions<K> extends Invocation<K>, Partial<Clock> {
  /** Milliseconds per attempt; 10000 by default. */
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  /** Agent to share connections; the client makes one that keeps them alive by default. */
  readonly agent?: HttpAgent | HttpsAgent;
}

/** Network and time of a call; all times in milliseconds. */
export interface CallContext extends Clock {
  readonly sender: Sender;
  readonly deadline: () => number;
  readonly timeout: number;
  readonly maxAttempts: number;
}

export function contextOf(options: Omit<ClientOptions<unknown>, 'credentials'>, sender: Sender): CallContext {
  return {
    sender,
    deadline: options.deadline ?? noDeadline,
    timeout: options.timeoutMs ?? CALL_LIMITS.timeout,
    maxAttempts: options.maxAttempts ?? CALL_LIMITS.maxAttempts,
    now: options.now ?? systemClock.now,
    random: options.random ?? systemClock.random,
    sleep: options.sleep ?? systemClock.sleep,
  };
}

const noDeadline = (): number => Number.POSITIVE_INFINITY;
