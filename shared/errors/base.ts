/** One problem of an input: where, which rule, and a sentence. Never holds the value itself. */
export interface Problem {
  readonly path: string;
  /** Stable name of the rule, for example `max_length`. */
  readonly rule: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly details?: readonly Problem[];
  /** Seconds to wait before the same request may succeed (`Retry-After`). */
  readonly retryAfter?: number;
}

/**
 * Base of every error that this project throws on purpose.
 * `message` is shown to clients where `status` is below 500; `publicMessage` always is.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly status: number;
  /** Stable code, for example `OmsSync.InvalidInput`. */
  readonly code: string;
  readonly details: readonly Problem[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }

  get publicMessage(): string {
    return this.status < 500 ? this.message : 'The request could not be completed. See the function log.';
  }
}

/** Tells whether any thrown value, even a proxy that resists, is an error of this project. */
export function isAppError(thrown: unknown): thrown is AppError {
  try {
    return thrown instanceof AppError;
  } catch {
    return false;
  }
}

/** The invocation's time is used up. The same request may succeed when it is sent again. */
export class DeadlineError extends AppError {
  override readonly name = 'DeadlineError';
  readonly retryable = true;

  constructor(options: AppErrorOptions = {}) {
    super(504, 'OmsSync.DeadlineExceeded', 'The time of the invocation was used up before the work was done.', options);
  }

  override get publicMessage(): string {
    return this.message;
  }
}

/** The answer to a call that asks for nothing sensible, where somebody reads the answer. */
export interface Refusal {
  readonly error_code: string;
  readonly error_msg: string;
  readonly details: AppError['details'];
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof AppError)
    return { error_code: error.code, error_msg: error.publicMessage, details: error.details };
  return { error_code: 'OmsSync.Internal', error_msg: 'See the function log.', details: undefined };
}
