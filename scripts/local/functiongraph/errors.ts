/**
 * An answer of the service's API that is a refusal. Its message reaches the client.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** A request that FunctionGraph refuses before any code runs. */
export class InvocationError extends ApiError {
  constructor(status: number, code: string, message: string) {
    super(status, code, message);
    this.name = 'InvocationError';
  }
}

export class FunctionNotFoundError extends InvocationError {
  constructor(name: string) {
    super(404, 'FSS.1051', `The function ${name} does not exist`);
    this.name = 'FunctionNotFoundError';
  }
}

export class VersionNotFoundError extends InvocationError {
  constructor() {
    super(404, 'FSS.1052', 'The version does not exist.');
    this.name = 'VersionNotFoundError';
  }
}

export class AliasNotFoundError extends InvocationError {
  constructor() {
    super(404, 'FSS.1053', 'The alias does not exist.');
    this.name = 'AliasNotFoundError';
  }
}

export class EventTooLargeError extends InvocationError {
  constructor(bytes: number, limit: number) {
    super(413, 'FSS.0413', `The event has ${bytes} bytes; the limit is ${limit}`);
    this.name = 'EventTooLargeError';
  }
}

export class ThrottledError extends InvocationError {
  constructor() {
    super(429, 'FSS.0429', 'Your request has been rejected because of flow control');
    this.name = 'ThrottledError';
  }
}

/** A request waited for a version that gave up its instances, without one having begun it: it can go elsewhere. */
export class RetiredError extends InvocationError {
  constructor() {
    super(503, 'FSS.0503', 'The version has been replaced');
    this.name = 'RetiredError';
  }
}

export class ClosedError extends InvocationError {
  constructor() {
    super(503, 'FSS.0503', 'FunctionGraph is shutting down');
    this.name = 'ClosedError';
  }
}
