import { AppError } from '#shared/errors/base.ts';

export interface CallErrorFields {
  /** Id under which the vendor's support finds the call. */
  readonly requestId?: string | undefined;
  readonly attempts: number;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** An earlier attempt of the call may have done its work: the server received it and did not answer usably. */
  readonly afterUncertain?: boolean | undefined;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A signed call that did not succeed. No field, message or cause holds a credential or a body: all of it is logged. */
export class CallError extends AppError {
  override readonly name: string = 'CallError';
  readonly requestId: string | undefined;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly afterUncertain: boolean;
  readonly #publicMessage: string;

  constructor(status: number, code: string, message: string, publicMessage: string, fields: CallErrorFields) {
    super(status, code, message, {
      ...(fields.cause === undefined ? {} : { cause: fields.cause }),
      ...(fields.retryAfter === undefined ? {} : { retryAfter: fields.retryAfter }),
    });
    this.requestId = fields.requestId;
    this.attempts = fields.attempts;
    this.retryable = fields.retryable;
    this.afterUncertain = fields.afterUncertain ?? false;
    this.#publicMessage = publicMessage;
  }

  override get publicMessage(): string {
    return this.#publicMessage;
  }
}
