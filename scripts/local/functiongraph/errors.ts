/**
 * An answer of the service's API that is a refusal. Its message reaches the client.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
  }
}

/** A request that FunctionGraph refuses before any code runs. */
export class InvocationError extends ApiError {}

export class FunctionNotFoundError extends InvocationError {
  constructor(name: string) {
    super(404, 'FSS.1051', `The function ${name} does not exist`);
  }
}

export class VersionNotFoundError extends InvocationError {
  constructor() {
    super(404, 'FSS.1052', 'The version does not exist.');
  }
}

export class AliasNotFoundError extends InvocationError {
  constructor() {
    super(404, 'FSS.1053', 'The alias does not exist.');
  }
}

export class EventTooLargeError extends InvocationError {
  constructor(bytes: number, limit: number) {
    super(413, 'FSS.0413', `The event has ${bytes} bytes; the limit is ${limit}`);
  }
}

export class ThrottledError extends InvocationError {
  constructor() {
    super(429, 'FSS.0429', 'Your request has been rejected because of flow control');
  }
}

/** A request waited for a version that gave up its instances, without one having begun it: it can go elsewhere. */
export class RetiredError extends InvocationError {
  constructor() {
    super(503, 'FSS.0503', 'The version has been replaced');
  }
}

export class ClosedError extends InvocationError {
  constructor() {
    super(503, 'FSS.0503', 'FunctionGraph is shutting down');
  }
}
