import { describe, expect, it } from 'vitest';
import { OmsConnectionError, OmsCredentialsError } from '#shared/oms/errors.ts';
import { failureScope } from '#shared/pipeline/failure-scope.ts';
import { MissingCredentialsError } from '#shared/runtime/credentials.ts';
import { omsError } from '../../helpers/oms-error.ts';

const fields = { attempts: 1, retryable: true };

describe('failureScope', () => {
  it.each([
    [400, undefined, 'content'],
    [400, 'OMS.0001', 'content'],
    [400, 'OMS.0074', 'content'],
    [400, 'OMS.1001', 'call'],
    [400, 'OMS.0072', 'account'],
    [400, 'OMS.0202', 'account'],
    [400, 'OMS.0054', 'task'],
    [400, 'APIGW.0201', 'account'],
    [401, 'APIGW.0301', 'account'],
    [403, undefined, 'account'],
    [404, undefined, 'task'],
    [413, undefined, 'call'],
    [429, 'APIGW.0308', 'call'],
    [500, 'OMS.0001', 'call'],
    [503, undefined, 'call'],
  ])('of OMS %i %s is %s', (status, code, scope) => {
    expect(failureScope(omsError(status, code))).toBe(scope);
  });

  it('of missing or unusable credentials is the account', () => {
    expect(failureScope(new MissingCredentialsError())).toBe('account');
    expect(failureScope(new OmsCredentialsError('The access key', fields))).toBe('account');
  });

  it('of anything else is the one call', () => {
    expect(failureScope(new OmsConnectionError('ECONNREFUSED', fields))).toBe('call');
    expect(failureScope(new TypeError('defect'))).toBe('call');
    expect(failureScope(undefined)).toBe('call');
  });
});
