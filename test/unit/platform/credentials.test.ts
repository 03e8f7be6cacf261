import { describe, expect, it } from 'vitest';
import { RuntimeContext } from '#shared/platform/context.ts';
import { contextSecrets, MissingCredentialsError, readCredentials } from '#shared/platform/credentials.ts';
import { fakeContext } from '../../helpers/fake-context.ts';

const agency = new RuntimeContext(fakeContext());
const none = new RuntimeContext(fakeContext({ accessKey: '', secretKey: '', securityToken: '' }));

describe('readCredentials', () => {
  it('prefers a permanent key pair of the variables', () => {
    const config = { accessKey: 'AK', secretKey: 'SK', authToken: 'token' };

    expect(readCredentials(config, agency)).toEqual({ accessKey: 'AK', secretKey: 'SK' });
  });

  it('takes an IAM token of the variables next', () => {
    expect(readCredentials({ authToken: 'token' }, agency)).toEqual({ authToken: 'token' });
  });

  it('takes the temporary credentials of the agency by default', () => {
    expect(readCredentials({}, agency)).toEqual({
      accessKey: 'TEMPORARYACCESSKEY',
      secretKey: 'temporary-secret-key',
      securityToken: 'temporary-security-token',
    });
  });

  it('never mixes half a pair of the variables with the agency', () => {
    expect(readCredentials({ accessKey: 'AK' }, agency)).toHaveProperty('accessKey', 'TEMPORARYACCESSKEY');
  });

  it('names what to set when there are none, to the log and not to the client', () => {
    const read = () => readCredentials({}, none);

    expect(read).toThrow(MissingCredentialsError);
    expect(read).toThrow(/agency.*OMS_ACCESS_KEY.*OMS_SECRET_KEY.*OMS_AUTH_TOKEN/);
    expect(new MissingCredentialsError().publicMessage).not.toContain('OMS_');
  });
});

describe('contextSecrets', () => {
  it('lists what must not be logged', () => {
    expect(contextSecrets(agency)).toEqual([
      'TEMPORARYACCESSKEY',
      'temporary-secret-key',
      'temporary-security-token',
      'agency-iam-token',
    ]);
    expect(contextSecrets(new RuntimeContext({}))).toEqual([]);
  });
});
