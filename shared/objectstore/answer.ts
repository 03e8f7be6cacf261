import type { IncomingHttpHeaders } from 'node:http';
import { readRetryAfter } from '#shared/http/retry.ts';
import { readRequestId as checkRequestId, hasSecret } from '#shared/http/scrub.ts';
import type { Answer } from '#shared/http/transport.ts';
import {
  AccessDeniedError,
  ClockSkewedError,
  NoSuchBucketError,
  ObjectNotFoundError,
  type ObjectStoreError,
  ObjectStoreResponseError,
  WrongRegionError,
} from './errors.ts';

/** Matches `Code` of an error document; the rest repeats the access key and the signed text. */
const ERROR_DOCUMENT = /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?<Error[\s>][\s\S]*?<Code>\s*([^<\s]+)\s*<\/Code>/;
/** Shorter than a signature. */
const ERROR_CODE = /^[A-Za-z][A-Za-z0-9._-]{0,49}$/;
/** OBS answers with both kinds, Ceph and AWS with the second. */
const REQUEST_ID_HEADERS = ['x-obs-request-id', 'x-amz-request-id'];
/** The answer to HEAD has no document; OBS names the code in a header. */
const ERROR_CODE_HEADERS = ['x-obs-error-code', 'x-amz-error-code'];

/**
 * Codes that refuse the credentials, whatever the status.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0115.html
 */
const CREDENTIAL_CODES = new Set([
  'AccessDenied',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

/** Codes of transient failures that come with a 4xx status, from the same pages. */
const TRANSIENT_CODES = new Set([
  'BandwidthLimitExceeded',
  'ConditionalRequestConflict',
  'OperationAborted',
  'RequestLimitExceeded',
  'RequestTimeout',
  'SlowDown',
  'Throttling',
]);

export interface AnsweredCall {
  readonly operation: string;
  readonly bucket: string;
  readonly isObject: boolean;
  /** Key pair and token, which a store may repeat. */
  readonly secrets: readonly string[];
  readonly attempts: number;
  readonly afterUncertain: boolean;
}

/** @returns the request id where it is one, and has no secret in it */
export function readRequestId(headers: IncomingHttpHeaders, secrets: readonly string[]): string | undefined {
  return checkRequestId(first(headers, REQUEST_ID_HEADERS), secrets);
}

/**
 * Makes the error of an answer outside 2xx. Bodies that are no error document (HTML of a proxy, nothing) say no more
 * than their status; they never say that an object or a bucket is missing.
 *
 * @param now milliseconds since the epoch
 */
export function toStoreError(answer: Answer, call: AnsweredCall, now: number): ObjectStoreError {
  const { status, headers } = answer;
  const storeCode = readStoreCode(answer, call.secrets);
  const isTransient = storeCode !== undefined && TRANSIENT_CODES.has(storeCode);
  const fields = {
    operation: call.operation,
    bucket: call.bucket,
    storeStatus: status,
    storeCode,
    requestId: readRequestId(headers, call.secrets),
    attempts: call.attempts,
    afterUncertain: call.afterUncertain,
    // 501 is for a header that the store does not know.
    retryable: isTransient || status === 429 || (status >= 500 && status !== 501),
    retryAfter: readRetryAfter(headers['retry-after'], now),
  };
  if (storeCode === 'NoSuchBucket') return new NoSuchBucketError(fields);
  if (status === 404 && call.isObject && (storeCode === 'NoSuchKey' || isBareHead(answer, call)))
    return new ObjectNotFoundError(fields);
  if (storeCode === 'RequestTimeTooSkewed') {
    const storeTime = Date.parse(headers.date ?? '');
    return new ClockSkewedError(Number.isNaN(storeTime) ? undefined : Math.round((now - storeTime) / 1000), fields);
  }
  const region = regionOf(answer, call.secrets);
  if (status === 301 || (region !== undefined && ELSEWHERE.has(storeCode))) return new WrongRegionError(region, fields);
  if (fields.retryable) return new ObjectStoreResponseError(fields);
  if (status === 401 || status === 403 || (storeCode !== undefined && CREDENTIAL_CODES.has(storeCode)))
    return new AccessDeniedError(fields);
  return new ObjectStoreResponseError(fields);
}

/** Codes of a request that went to, or was signed for, another region; the answer to HEAD may have none. */
const ELSEWHERE = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  undefined,
]);
const REGION_HEADERS = ['x-amz-bucket-region', 'x-obs-bucket-location'];
/** The element, the message of stores that have none, and the host to which a redirect leads. */
const REGIONS_IN_DOCUMENT = [
  /<Region>\s*([A-Za-z0-9-]{1,63})\s*<\/Region>/,
  /expecting (?:'|&apos;|&#39;)([A-Za-z0-9-]{1,63})(?:'|&apos;|&#39;)/,
  /<Endpoint>[^<]{0,300}?(?:s3|obs|oss|cos)[.-]([a-z]{2,}-[a-z0-9-]{2,40})\.[^<]{0,100}<\/Endpoint>/,
];

/** @returns the bucket's region, where a refusal names it; only 301, 307 and 400 come from a wrong region */
function regionOf({ status, headers, body }: Answer, secrets: readonly string[]): string | undefined {
  if (status !== 301 && status !== 307 && status !== 400) return undefined;
  const text = body.toString('utf8');
  const found = REGIONS_IN_DOCUMENT.map((pattern) => (ERROR_DOCUMENT.test(text) ? pattern.exec(text)?.[1] : undefined));
  const region = [first(headers, REGION_HEADERS), ...found].find((each) => each !== undefined);
  return region !== undefined && /^[A-Za-z0-9-]{1,63}$/.test(region) && !hasSecret(region, secrets)
    ? region
    : undefined;
}

/** A store answers HEAD of a missing object, or of a missing bucket, with a bare 404. */
function isBareHead({ headers }: Answer, { operation }: AnsweredCall): boolean {
  return operation === 'HeadObject' && first(headers, ERROR_CODE_HEADERS) === undefined;
}

/** @returns `Code` of the error in an answer, whatever the status */
export function readStoreCode({ headers, body }: Answer, secrets: readonly string[]): string | undefined {
  const code = ERROR_DOCUMENT.exec(body.toString('utf8'))?.[1] ?? first(headers, ERROR_CODE_HEADERS);
  return code !== undefined && ERROR_CODE.test(code) && !hasSecret(code, secrets) ? code : undefined;
}

function first(headers: IncomingHttpHeaders, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
