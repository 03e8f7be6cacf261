import { AppError, type AppErrorOptions } from './base.ts';

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
