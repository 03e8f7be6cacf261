import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { PolicyError } from '../../../scripts/local/iam/policy.ts';

const GET = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['oms:synctask:get'] }] };
const TASK = 'oms:cn-north-4:local:synctask:1';

describe('accounts', () => {
  it('give temporary credentials the permissions of their agency, those of now', () => {
    const accounts = new Accounts([]);
    accounts.setAgencies(new Map([['reader', [GET]]]));
    const { accessKey } = accounts.issueTemporary(undefined, 'reader');

    expect(accounts.permissionsOf(accessKey)?.allows('oms:synctask:get', TASK)).toBe(true);
    expect(accounts.permissionsOf(accessKey)?.allows('oms:synctask:delete', TASK)).toBe(false);

    accounts.setAgencies(new Map([['reader', []]]));
    expect(accounts.permissionsOf(accessKey)?.allows('oms:synctask:get', TASK)).toBe(false);
  });

  it('let permanent keys, credentials of no agency and those of one that nobody knows do everything', () => {
    const accounts = new Accounts([{ accessKey: 'AK', secretKey: 'SK' }]);
    accounts.setAgencies(new Map([['reader', [GET]]]));

    expect(accounts.permissionsOf('AK')).toBeUndefined();
    expect(accounts.permissionsOf(accounts.issueTemporary().accessKey)).toBeUndefined();
    expect(accounts.permissionsOf(accounts.issueTemporary(1000, 'writer').accessKey)).toBeUndefined();
  });

  it('keep the policies that there are where a new one is wrong', () => {
    const accounts = new Accounts([]);
    accounts.setAgencies(new Map([['reader', [GET]]]));
    const { accessKey } = accounts.issueTemporary(undefined, 'reader');

    expect(() => accounts.setAgencies(new Map([['reader', [{ ...GET, Version: '2' }]]]))).toThrow(PolicyError);
    expect(accounts.permissionsOf(accessKey)?.allows('oms:synctask:get', TASK)).toBe(true);
  });
});
