import { AppError, type AppErrorOptions } from './base.ts';

/** The request's path belongs to no operation of the function. */
export class RouteNotFoundError extends AppError {
  override readonly name = 'RouteNotFoundError';

  constructor() {
    super(404, 'OmsSync.RouteNotFound', 'No operation has this path.');
  }
}

export class MethodNotAllowedError extends AppError {
  override readonly name = 'MethodNotAllowedError';
  /** The methods that the path has, for the `Allow` header (RFC 9110, section 15.5.6). */
  readonly allow: readonly string[];

  constructor(allow: readonly string[]) {
    super(405, 'OmsSync.MethodNotAllowed', `This path accepts ${allow.join(', ')}.`);
    this.allow = allow;
  }
}

export class PayloadTooLargeError extends AppError {
  override readonly name = 'PayloadTooLargeError';

  constructor(message: string, options: AppErrorOptions = {}) {
    super(413, 'OmsSync.PayloadTooLarge', message, options);
  }
}
