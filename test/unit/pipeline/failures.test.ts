import { describe, expect, it } from 'vitest';
import { OmsConnectionError, OmsCredentialsError } from '#shared/oms/errors.ts';
import { classify } from '#shared/pipeline/failures.ts';
import { MissingCredentialsError } from '#shared/runtime/credentials.ts';
import { omsError } from '../../helpers/oms-error.ts';

const fields = { attempts: 1, retryable: true };

describe('classify', () => {
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
    [413, undefined, 'content'],
    [429, 'APIGW.0308', 'call'],
    [500, 'OMS.0001', 'call'],
    [503, undefined, 'call'],
  ])('of OMS %i %s is %s', (status, code, scope) => {
    expect(classify(omsError(status, code)).scope).toBe(scope);
  });

  it('of missing or unusable credentials is the account', () => {
    expect(classify(new MissingCredentialsError()).scope).toBe('account');
    expect(classify(new OmsCredentialsError('The access key', fields)).scope).toBe('account');
  });

  it('of anything else is the one call', () => {
    expect(classify(new OmsConnectionError('ECONNREFUSED', fields)).scope).toBe('call');
    expect(classify(new TypeError('defect')).scope).toBe('call');
    expect(classify(undefined).scope).toBe('call');
  });
});
