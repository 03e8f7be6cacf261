import { describe, expect, it } from 'vitest';
import { toResponseError } from '#shared/oms/answer.ts';

const toError = (status: number, body: unknown, retryAfter?: string) =>
  toResponseError(
    {
      status,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      retryAfter,
      requestId: 'request-1',
    },
    [],
    1,
    0,
  );

describe('toResponseError', () => {
  it.each([
    [400, 'OMS.0064', 400, 'OMS.0064'],
    [403, 'OMS.0072', 403, 'OMS.0072'],
    [404, 'OMS.1009', 404, 'OMS.1009'],
    [404, 'APIGW.0101', 502, 'OmsSync.OmsOperationUnknown'],
    [429, 'APIGW.0308', 429, 'APIGW.0308'],
    [503, 'OMS.0500', 503, 'OMS.0500'],
    [401, 'APIGW.0301', 502, 'OmsSync.OmsRefusedCredentials'],
    [403, 'APIGW.0305', 502, 'OmsSync.OmsRefusedCredentials'],
    [400, 'OMS.0068', 502, 'OmsSync.OmsRefusedCredentials'],
    [400, 'OMS.1005', 502, 'OmsSync.OmsRefusedCredentials'],
    [400, 'OMS.1001', 502, 'OmsSync.OmsFailed'],
    [500, 'OMS.1001', 502, 'OmsSync.OmsFailed'],
    [504, 'APIGW.0201', 502, 'OmsSync.OmsFailed'],
    [409, 'OMS.0065', 502, 'OmsSync.OmsFailed'],
    [302, undefined, 502, 'OmsSync.OmsFailed'],
  ])('makes %i %s a %i %s', (omsStatus, omsErrorCode, status, code) => {
    const error = toError(omsStatus, { error_code: omsErrorCode, error_msg: 'Text of OMS' });
    expect(error).toMatchObject({
      name: 'OmsResponseError',
      status,
      code,
      omsStatus,
      omsErrorCode,
      omsErrorMsg: 'Text of OMS',
      requestId: 'request-1',
    });
  });

  it('shows the text of OMS to a client only where the status is kept', () => {
    expect(toError(400, { error_code: 'OMS.1', error_msg: 'Invalid source.' }).publicMessage).toContain(
      'Invalid source.',
    );
    expect(toError(500, { error_code: 'OMS.1', error_msg: 'SQL failed' }).publicMessage).not.toContain('SQL');
    expect(toError(401, { error_code: 'APIGW.1', error_msg: 'AK unknown' }).publicMessage).not.toContain('AK unknown');
  });

  it.each([
    [''],
    ['null'],
    ['<html>503</html>'],
    ['{"error_msg":'],
    ['[]'],
    ['"x"'],
    ['{"error_code":5,"error_msg":{}}'],
  ])('says no more than the status where the body is %j', (body) => {
    const error = toError(503, body, '7');
    expect(error).toMatchObject({ status: 503, code: 'OmsSync.OmsRefused', retryAfter: 7, retryable: true });
    expect(error.message).toBe('OMS answered 503.');
    expect(error.omsErrorMsg).toBeUndefined();
  });

  it.each([
    [429, undefined, true],
    [500, undefined, true],
    [503, undefined, true],
    [400, 'OMS.1001', true],
    [400, 'OMS.0064', false],
    [401, 'APIGW.0301', false],
    [404, undefined, false],
  ])('knows whether %i %s may succeed later', (status, error_code, retryable) => {
    expect(toError(status, { error_code, error_msg: '' }).retryable).toBe(retryable);
  });

  it('speaks of the clock where OMS refuses the time of the signature', () => {
    const error_msg = 'signature expired, signature time:20260101T000000Z,server time:20260101T003000Z';
    expect(toError(401, { error_code: 'APIGW.0301', error_msg }).publicMessage).toMatch(/set the function's clock/);
  });
});
