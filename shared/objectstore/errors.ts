import { CallError, type CallErrorFields } from '#shared/http/errors.ts';

export interface ObjectStoreErrorFields extends CallErrorFields {
  readonly operation: string;
  readonly storeStatus?: number | undefined;
  /** `Code` of the store's answer, for example `SlowDown`. */
  readonly storeCode?: string | undefined;
  readonly bucket?: string | undefined;
}

/** A call of an object store that did not succeed. It holds no text of the store, which repeats what was signed. */
export class ObjectStoreError extends CallError {
  override readonly name: string = 'ObjectStoreError';
  readonly operation: string;
  readonly storeStatus: number | undefined;
  readonly storeCode: string | undefined;
  readonly bucket: string | undefined;

  constructor(status: number, code: string, message: string, publicMessage: string, fields: ObjectStoreErrorFields) {
    super(status, code, message, publicMessage, fields);
    this.operation = fields.operation;
    this.storeStatus = fields.storeStatus;
    this.storeCode = fields.storeCode;
    this.bucket = fields.bucket;
  }
}

/** The store, or a proxy in front of it, answered with a status outside 2xx that has no class of its own. */
export class ObjectStoreResponseError extends ObjectStoreError {
  override readonly name = 'ObjectStoreResponseError';

  constructor(fields: ObjectStoreErrorFields) {
    const { storeStatus, retryable } = fields;
    const isThrottled = storeStatus === 429 || storeStatus === 503;
    const code = isThrottled ? 'Throttled' : retryable ? 'Failed' : 'Refused';
    const publicMessage = retryable
      ? 'The object store is not available at the moment.'
      : 'The object store refused the request.';
    super(isThrottled ? 503 : 502, `OmsSync.ObjectStore${code}`, answered(fields), publicMessage, fields);
  }
}

export class ObjectNotFoundError extends ObjectStoreError {
  override readonly name = 'ObjectNotFoundError';

  constructor(fields: ObjectStoreErrorFields) {
    super(404, 'OmsSync.ObjectStoreObjectNotFound', answered(fields), 'The object does not exist.', fields);
  }
}

/** There is no such bucket, so nothing is known about its objects. */
export class NoSuchBucketError extends ObjectStoreError {
  override readonly name = 'NoSuchBucketError';

  constructor(fields: ObjectStoreErrorFields) {
    super(502, 'OmsSync.ObjectStoreNoSuchBucket', answered(fields), 'The bucket does not exist.', fields);
  }
}

/** The store refused the credentials, or does not permit them this operation. */
export class AccessDeniedError extends ObjectStoreError {
  override readonly name = 'AccessDeniedError';

  constructor(fields: ObjectStoreErrorFields) {
    const publicMessage = "The object store refused the function's credentials.";
    super(502, 'OmsSync.ObjectStoreAccessDenied', answered(fields), publicMessage, fields);
  }
}

/** The bucket is in another region than the one that was asked and signed for. */
export class WrongRegionError extends ObjectStoreError {
  override readonly name = 'WrongRegionError';
  readonly region: string | undefined;

  constructor(region: string | undefined, fields: ObjectStoreErrorFields) {
    const right = region ?? 'the right one';
    const message =
      `${answered(fields)} The bucket is in ${region === undefined ? 'another region' : `region ${region}`}: set ` +
      `STATE_REGION (state bucket) or region of the route's source or destination to ${right}, and the endpoint with it.`;
    super(502, 'OmsSync.ObjectStoreWrongRegion', message, 'The bucket is in another region.', fields);
    this.region = region;
  }
}

/** The store refuses the time of the signature. */
export class ClockSkewedError extends ObjectStoreError {
  override readonly name = 'ClockSkewedError';

  /** @param seconds by which our clock is ahead of the store's, negative behind it; undefined where it does not say */
  constructor(seconds: number | undefined, fields: ObjectStoreErrorFields) {
    const how =
      seconds === undefined
        ? 'differs from that of the store'
        : `is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} that of the store`;
    const message = `${answered(fields)} The clock of this machine ${how}: set the clock; the keys are not the cause.`;
    const publicMessage = "The function's clock differs too much from that of the object store.";
    super(502, 'OmsSync.ObjectStoreClockSkewed', message, publicMessage, fields);
  }
}

export class ObjectTooLargeError extends ObjectStoreError {
  override readonly name = 'ObjectTooLargeError';
  /** Bytes. */
  readonly maxBytes: number;

  constructor(maxBytes: number, fields: ObjectStoreErrorFields) {
    const message = `The object has more than ${maxBytes} bytes.`;
    super(502, 'OmsSync.ObjectStoreObjectTooLarge', message, message, fields);
    this.maxBytes = maxBytes;
  }
}

/** There was no answer: the connection failed, or broke before the answer was complete. */
export class ObjectStoreConnectionError extends ObjectStoreError {
  override readonly name = 'ObjectStoreConnectionError';
  readonly reason: string;

  constructor(reason: string, fields: ObjectStoreErrorFields) {
    const message = `The connection to the object store failed: ${reason}.`;
    super(502, 'OmsSync.ObjectStoreUnreachable', message, 'The object store could not be reached.', fields);
    this.reason = reason;
  }
}

/** One attempt took longer than an attempt may. */
export class ObjectStoreTimeoutError extends ObjectStoreError {
  override readonly name = 'ObjectStoreTimeoutError';

  /** @param timeout milliseconds */
  constructor(timeout: number, fields: ObjectStoreErrorFields) {
    const message = `The object store did not answer within ${Math.round(timeout)} ms.`;
    super(504, 'OmsSync.ObjectStoreTimeout', message, 'The object store did not answer in time.', fields);
  }
}

export class ObjectStoreDeadlineError extends ObjectStoreError {
  override readonly name = 'ObjectStoreDeadlineError';

  constructor(fields: ObjectStoreErrorFields) {
    const message = 'The time for the call of the object store was used up before it answered.';
    super(504, 'OmsSync.ObjectStoreDeadlineExceeded', message, message, fields);
  }
}

/** A 2xx answer that is not the documented one. */
export class ObjectStoreMalformedResponseError extends ObjectStoreError {
  override readonly name: string = 'ObjectStoreMalformedResponseError';
  /** Continues `The answer of the object store ...`; holds no text of the answer. */
  readonly reason: string;

  constructor(reason: string, fields: ObjectStoreErrorFields) {
    const publicMessage = 'The object store answered in a form that is not understood.';
    const message = `The answer of the object store ${reason}.`;
    super(502, 'OmsSync.ObjectStoreMalformedResponse', message, publicMessage, fields);
    this.reason = reason;
  }
}

/** A page that is no listing, or that contradicts itself. A listing that continued from it would lose objects. */
export class MalformedListingError extends ObjectStoreError {
  override readonly name = 'MalformedListingError';
  /** Continues `The page of the listing ...`; holds no text of the page. */
  readonly reason: string;

  /** @param fields of the call; a reader of pages knows none of them */
  constructor(reason: string, fields: Partial<ObjectStoreErrorFields> = {}) {
    const publicMessage = 'The object store answered in a form that is not understood.';
    const all = { operation: 'ListObjects', attempts: 1, retryable: true, ...fields };
    super(502, 'OmsSync.ObjectStoreMalformedListing', `The page of the listing ${reason}.`, publicMessage, all);
    this.reason = reason;
  }
}

/** The credentials cannot be sent: a part is empty or has characters that a header cannot have. */
export class ObjectStoreCredentialsError extends ObjectStoreError {
  override readonly name = 'ObjectStoreCredentialsError';

  constructor(part: string, fields: ObjectStoreErrorFields) {
    const publicMessage = "The function's credentials for the object store cannot be used.";
    const message = `${part} is empty or has characters that an HTTP header cannot have.`;
    super(502, 'OmsSync.ObjectStoreCredentials', message, publicMessage, fields);
  }
}

function answered({ operation, storeStatus, storeCode, bucket }: ObjectStoreErrorFields): string {
  const where = bucket === undefined ? '' : ` in bucket ${bucket}`;
  return `The object store answered ${storeStatus}${storeCode === undefined ? '' : ` ${storeCode}`} to ${operation}${where}.`;
}
