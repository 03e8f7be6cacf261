/**
 * Base of every error that the deployment library throws on purpose. Its message is for people and holds no secret: no
 * body of a request or an answer, no value of a variable, no key.
 */
export class DeployError extends Error {
  override readonly name: string = 'DeployError';
  /** Stable, for example `Deploy.Configuration`, or the service's own code. */
  readonly code: string;

  constructor(code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

/** serverless.yml asks for what the platform does not do. */
export class ConfigurationError extends DeployError {
  override readonly name = 'ConfigurationError';
  /** One sentence per mistake. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('Deploy.Configuration', problems.join('\n'));
    this.problems = problems;
  }
}

/** No credentials, or no use of them. */
export class CredentialsError extends DeployError {
  override readonly name = 'CredentialsError';

  constructor(message: string) {
    super('Deploy.Credentials', message);
  }
}

/** The caller's signal stopped the work; what was sent before is complete. */
export class AbortedError extends DeployError {
  override readonly name = 'AbortedError';

  constructor() {
    super('Deploy.Aborted', 'Stopped between two calls. Run the deployment again: it goes on from there.');
  }
}

export interface CallFailure {
  /** Name of the API's operation, for example `UpdateFunctionCode`. */
  readonly operation: string;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

/** A call that the service refused, or that it failed to do. */
export class ApiError extends DeployError {
  override readonly name: string = 'ApiError';
  readonly operation: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: string, message: string, failure: CallFailure, options: { readonly cause?: unknown } = {}) {
    super(code, message, options);
    this.operation = failure.operation;
    this.status = failure.status;
    this.requestId = failure.requestId;
  }
}

/** The service answered, and the answer is a refusal. `code` is its own, for example `FSS.1051` or `APIGW.0301`. */
export class RefusedError extends ApiError {
  override readonly name = 'RefusedError';
  override readonly status: number;
  /** The service's sentence, without what must not be shown. */
  readonly serviceMessage: string;

  constructor(code: string, serviceMessage: string, failure: CallFailure & { readonly status: number }) {
    const { operation, status, requestId } = failure;
    const said = serviceMessage === '' ? 'without a reason' : serviceMessage;
    const reference = requestId === undefined ? '' : `, request ${requestId}`;
    super(code, `${operation} was refused: ${said} (${status} ${code}${reference})`, failure);
    this.status = status;
    this.serviceMessage = serviceMessage;
  }
}

/** No complete answer: the network, or time. Whether the service did what was asked is not always known. */
export class UnreachableError extends ApiError {
  override readonly name = 'UnreachableError';

  /** @param maybeDone false for what changes nothing, and for what was never sent */
  constructor(operation: string, host: string, reason: string, maybeDone: boolean, cause: unknown) {
    const rest = maybeDone
      ? 'Nobody knows whether it was done; run the command again.'
      : 'Nothing was changed by it; check the network and the address, and run the command again.';
    super(
      'Deploy.Unreachable',
      `${operation}: no answer from ${host} (${reason}). ${rest}`,
      { operation, status: undefined, requestId: undefined },
      { cause },
    );
  }
}

/** An answer that is not what the API documents. */
export class MalformedAnswerError extends ApiError {
  override readonly name = 'MalformedAnswerError';

  constructor(failure: CallFailure, problem: string) {
    super('Deploy.MalformedAnswer', `${failure.operation}: the answer ${problem}`, failure);
  }
}
