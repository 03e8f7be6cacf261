import { describe, expect, it } from 'vitest';
import { type AnsweredCall, readRequestId, toStoreError } from '#shared/objectstore/answer.ts';
import { ACCESS_KEY, errorDocument, SECRET_KEY, TOKEN } from './test-store.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const SECRETS = [ACCESS_KEY, SECRET_KEY, TOKEN];
const GET: AnsweredCall = {
  operation: 'GetObject',
  bucket: 'b',
  isObject: true,
  secrets: SECRETS,
  attempts: 2,
  afterUncertain: false,
};
const LIST: AnsweredCall = { ...GET, operation: 'ListObjects', isObject: false };
const HEAD: AnsweredCall = { ...GET, operation: 'HeadObject' };

const errorOf = (status: number, body: string, call = GET, headers: Record<string, string> = {}) =>
  toStoreError({ status, headers, body: Buffer.from(body) }, call, NOW);

describe('toStoreError', () => {
  it.each([
    [404, 'NoSuchKey', 'ObjectNotFoundError', 404, 'ObjectNotFound', false],
    [404, 'NoSuchBucket', 'NoSuchBucketError', 502, 'NoSuchBucket', false],
    [404, 'NoSuchUpload', 'ObjectStoreResponseError', 502, 'Refused', false],
    [403, 'AccessDenied', 'AccessDeniedError', 502, 'AccessDenied', false],
    [403, 'SignatureDoesNotMatch', 'AccessDeniedError', 502, 'AccessDenied', false],
    [403, 'Whatever', 'AccessDeniedError', 502, 'AccessDenied', false],
    [401, 'Whatever', 'AccessDeniedError', 502, 'AccessDenied', false],
    [400, 'ExpiredToken', 'AccessDeniedError', 502, 'AccessDenied', false],
    [400, 'InvalidToken', 'AccessDeniedError', 502, 'AccessDenied', false],
    [400, 'InvalidArgument', 'ObjectStoreResponseError', 502, 'Refused', false],
    [400, 'RequestTimeout', 'ObjectStoreResponseError', 502, 'Failed', true],
    [409, 'OperationAborted', 'ObjectStoreResponseError', 502, 'Failed', true],
    [409, 'ConditionalRequestConflict', 'ObjectStoreResponseError', 502, 'Failed', true],
    [409, 'BucketNotEmpty', 'ObjectStoreResponseError', 502, 'Refused', false],
    [412, 'PreconditionFailed', 'ObjectStoreResponseError', 502, 'Refused', false],
    [429, 'Whatever', 'ObjectStoreResponseError', 503, 'Throttled', true],
    [500, 'InternalError', 'ObjectStoreResponseError', 502, 'Failed', true],
    [501, 'NotImplemented', 'ObjectStoreResponseError', 502, 'Refused', false],
    [503, 'SlowDown', 'ObjectStoreResponseError', 503, 'Throttled', true],
  ])('makes of %i %s %s', (storeStatus, storeCode, name, status, code, retryable) => {
    expect(errorOf(storeStatus, errorDocument(storeCode))).toMatchObject({
      name,
      status,
      code: `OmsSync.ObjectStore${code}`,
      retryable,
      storeStatus,
      storeCode,
      operation: 'GetObject',
      bucket: 'b',
      attempts: 2,
      afterUncertain: false,
      message: `The object store answered ${storeStatus} ${storeCode} to GetObject in bucket b.`,
    });
  });

  const malformedRegion =
    "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'cn-north-4' is wrong; expecting 'us-west-2'</Message>";
  const redirect = (endpoint: string) =>
    `<Error><Code>PermanentRedirect</Code><Endpoint>${endpoint}</Endpoint></Error>`;
  it.each<[string, number, string, Record<string, string>, string | undefined]>([
    ['a 301 with a header', 301, '', { 'x-amz-bucket-region': 'us-west-2' }, 'us-west-2'],
    [
      'a 301 with an element',
      301,
      '<Error><Code>PermanentRedirect</Code><Region>us-west-2</Region></Error>',
      {},
      'us-west-2',
    ],
    ['a 301 with an endpoint', 301, redirect('b.s3.us-west-2.amazonaws.com'), {}, 'us-west-2'],
    ['a 301 with an older endpoint', 301, redirect('b.s3-us-west-2.amazonaws.com'), {}, 'us-west-2'],
    ['a 301 of OBS', 301, redirect('b.obs.cn-east-3.myhuaweicloud.com'), {}, 'cn-east-3'],
    ['a 301 with nothing', 301, '', {}, undefined],
    ['a 301 with a secret', 301, '', { 'x-amz-bucket-region': ACCESS_KEY }, undefined],
    [
      'a 307 with a header',
      307,
      errorDocument('TemporaryRedirect'),
      { 'x-amz-bucket-region': 'eu-west-1' },
      'eu-west-1',
    ],
    ['a 400 with an element', 400, `${malformedRegion}<Region>us-west-2</Region></Error>`, {}, 'us-west-2'],
    ['a 400 with a message', 400, `${malformedRegion}</Error>`, {}, 'us-west-2'],
    ['a 400 to HEAD', 400, '', { 'x-amz-bucket-region': 'us-west-2' }, 'us-west-2'],
  ])('names the region where the bucket is: %s', (_name, status, body, headers, region) => {
    const error = errorOf(status, body, LIST, headers);
    expect(error).toMatchObject({
      name: 'WrongRegionError',
      status: 502,
      code: 'OmsSync.ObjectStoreWrongRegion',
      region,
    });
    expect(error.message).toContain(
      region === undefined ? 'in another region: set' : `in region ${region}: set STATE_REGION`,
    );
    expect(error.message).not.toContain(ACCESS_KEY);
  });

  it.each([
    [400, errorDocument('AuthorizationHeaderMalformed'), {}],
    [400, errorDocument('InvalidArgument'), { 'x-amz-bucket-region': 'us-west-2' }],
    [403, errorDocument('AccessDenied'), { 'x-amz-bucket-region': 'us-west-2' }],
  ])('does not blame the region for %i %s', (status, body, headers) => {
    expect(errorOf(status, body, LIST, headers).name).not.toBe('WrongRegionError');
  });

  it.each([
    [{ date: new Date(NOW + 1_200_000).toUTCString() }, 'is 1200 s behind that of the store'],
    [{ date: new Date(NOW - 86_400_000).toUTCString() }, 'is 86400 s ahead of that of the store'],
    [{}, 'differs from that of the store'],
  ])('speaks of the clock where the store refuses the time: %j', (headers, how) => {
    const error = errorOf(403, errorDocument('RequestTimeTooSkewed'), LIST, headers as Record<string, string>);
    expect(error).toMatchObject({ name: 'ClockSkewedError', status: 502, retryable: false });
    expect(error.message).toContain(`The clock of this machine ${how}: set the clock; the keys are not the cause.`);
  });

  it.each([
    ['nothing', ''],
    ['HTML', '<html><head><title>404</title></head><Error><Code>NoSuchKey</Code></Error></html>'],
    ['JSON', '{"Code":"NoSuchKey"}'],
    ['a document that is no error', '<Other><Code>NoSuchKey</Code></Other>'],
    ['an error without a code', '<Error><Message>NoSuchKey</Message></Error>'],
    ['an empty code', '<Error><Code></Code></Error>'],
    ['a code that is a sentence', '<Error><Code>No such key</Code></Error>'],
    ['a code that is too long', `<Error><Code>${'N'.repeat(51)}</Code></Error>`],
  ])('does not take an object for missing on 404 with %s', (_name, body) => {
    const error = errorOf(404, body);
    expect(error).toMatchObject({ name: 'ObjectStoreResponseError', code: 'OmsSync.ObjectStoreRefused' });
    expect(error.storeCode).toBeUndefined();
    expect(error.message).toBe('The object store answered 404 to GetObject in bucket b.');
  });

  it('takes an object for missing on HEAD 404 alone', () => {
    expect(errorOf(404, '', HEAD).name).toBe('ObjectNotFoundError');
    expect(errorOf(404, '', LIST).name).toBe('ObjectStoreResponseError');
  });

  it.each(['x-obs-error-code', 'x-amz-error-code'])('reads the code of an answer to HEAD from %s', (header) => {
    expect(errorOf(404, '', HEAD, { [header]: 'NoSuchBucket' }).name).toBe('NoSuchBucketError');
    expect(errorOf(404, '', HEAD, { [header]: 'NoSuchKey' }).name).toBe('ObjectNotFoundError');
    expect(errorOf(404, '', HEAD, { [header]: 'MethodUnknown' }).name).toBe('ObjectStoreResponseError');
  });

  it('takes no object for missing where a listing was asked for', () => {
    expect(errorOf(404, errorDocument('NoSuchKey'), LIST).name).toBe('ObjectStoreResponseError');
  });

  it.each([
    '<Error><Code>SlowDown</Code></Error>',
    '\ufeff<?xml version="1.0"?>\n\n<Error xmlns="x"><RequestId>1</RequestId><Code> SlowDown\n</Code></Error>',
    '  <Error><Message>&lt;Code&gt;</Message><Code>SlowDown</Code></Error>',
  ])('reads the code of %j', (body) => {
    expect(errorOf(503, body).storeCode).toBe('SlowDown');
  });

  it('keeps Retry-After in seconds', () => {
    expect(errorOf(503, '', GET, { 'retry-after': '7' }).retryAfter).toBe(7);
    expect(errorOf(503, '', GET, { 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT' }).retryAfter).toBe(30);
  });

  it('passes on that an earlier attempt may have done its work', () => {
    expect(errorOf(412, '', { ...GET, afterUncertain: true }).afterUncertain).toBe(true);
  });

  it.each(SECRETS)('keeps no code that has %s in it', (secret) => {
    const part = secret.slice(0, 8).replaceAll(/[^\w.-]/g, '');
    const error = errorOf(403, `<Error><Code>X.${part}</Code></Error>`, { ...GET, secrets: [`${part}rest`] });
    expect(error.storeCode).toBeUndefined();
    expect(error.message).not.toContain(part);
  });
});

describe('readRequestId', () => {
  it('prefers that of OBS', () => {
    expect(readRequestId({ 'x-obs-request-id': 'obs', 'x-amz-request-id': 'amz' }, [])).toBe('obs');
    expect(readRequestId({ 'x-amz-request-id': 'amz' }, [])).toBe('amz');
    expect(readRequestId({}, [])).toBeUndefined();
  });

  it.each([
    ['a space', 'a b'],
    ['a secret', `id-${SECRET_KEY}`],
    ['the beginning of a secret', `id-${TOKEN.slice(0, 8)}`],
    ['too many characters', 'x'.repeat(129)],
  ])('drops one with %s', (_name, value) => {
    expect(readRequestId({ 'x-obs-request-id': value }, SECRETS)).toBeUndefined();
  });

  it('does not take a few letters for a secret', () => {
    expect(readRequestId({ 'x-obs-request-id': 'abcdef' }, ['a'])).toBe('abcdef');
  });
});
