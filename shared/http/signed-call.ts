import type { Answer, Exchange, TransportFailure } from './transport.ts';

/** An answer with a status of success that is not the documented one. Its message continues `The answer ...`. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

export interface Attempt<K> {
  readonly credentials: K;
  readonly attempts: number;
  /** An earlier attempt may have done the work of the call. */
  readonly afterUncertain: boolean;
}

/** An attempt, or a call, that ended without an answer to read. */
export interface Loss {
  readonly kind: 'too_large' | 'malformed' | 'deadline' | 'timeout' | 'connection';
  /** Continues `The answer ...` where there was one that cannot be read; otherwise a code, for example `ECONNREFUSED`. */
  readonly reason: string;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly sent: boolean;
  readonly cause: Error | undefined;
}

export interface Refusal {
  readonly error: Error;
  readonly retryable: boolean;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

/** One call of a service: how it is signed, what may be repeated, and how its answer is read. */
export interface SignedCall<K, T> {
  /**
   * Whether sending the call twice does what sending it once does. Otherwise it is sent again only where the server
   * cannot have received it, or turned it away by throttling.
   */
  readonly repeatable: boolean;
  /** Statuses of a success; every 2xx where it is left out. */
  readonly documented?: readonly number[];
  /**
   * The checked credentials of this moment.
   *
   * @param attempts made so far
   * @throws whatever ends the call
   */
  readonly credentials: (attempts: number) => K;
  /** The signed request. `now` is the moment of sending. */
  readonly sign: (credentials: K, now: number) => Omit<Exchange, 'timeout' | 'freshConnection'>;
  /** @throws what `unexpected` understands */
  readonly read: (answer: Answer, attempt: Attempt<K>) => T;
  readonly refused: (answer: Answer, attempt: Attempt<K>) => Refusal;
  /**
   * The error of a 2xx that `read` did not understand.
   *
   * @throws `failure` where it does not tell of the answer
   */
  readonly unexpected: (failure: unknown, answer: Answer, attempt: Attempt<K>) => Error;
  readonly lost: (loss: Loss, attempt: Omit<Attempt<K>, 'credentials'>) => Error;
  /** Whether an answer that broke off is a refusal: its status says enough. */
  readonly isRefusal?: (failure: TransportFailure) => boolean;
  /** Wraps the error of a call that must not be repeated and may have been done. */
  readonly ambiguous?: (error: Error) => Error;
}
