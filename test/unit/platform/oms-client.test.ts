import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkOmsConfig, type OmsConfig, omsVariables } from '#shared/config/oms.ts';
import { readConfig } from '#shared/config/read.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { omsClientFactory } from '#shared/platform/oms-client.ts';
import { type FakeContextOptions, fakeContext } from '../../helpers/fake-context.ts';
import { type OmsStub, startOmsStub } from '../../helpers/oms-stub.ts';

const call = { syncTaskId: 'task-1', objectKeys: ['a'] };
let stub: OmsStub;

function config(variables: Readonly<Record<string, string>> = {}): OmsConfig {
  const texts: Record<string, string> = {
    OMS_ENDPOINT: stub.url,
    OMS_PROJECT_ID: 'p',
    OMS_MAX_ATTEMPTS: '1',
    ...variables,
  };
  return readConfig(omsVariables, (name) => texts[name], checkOmsConfig);
}

const invocation = (options: FakeContextOptions) => new Invocation(fakeContext(options));
const accessKeys = () => stub.requests.map(({ headers }) => /Access=([^,]+)/.exec(headers.authorization ?? '')?.[1]);

describe('omsClientFactory', () => {
  beforeAll(async () => {
    stub = await startOmsStub();
  });
  beforeEach(() => {
    stub.requests.length = 0;
  });
  afterAll(() => stub.close());

  it('signs each invocation with the credentials of that invocation', async () => {
    const client = omsClientFactory();

    await client(config(), invocation({ accessKey: 'FIRST', securityToken: 'token-1' })).createSyncEvents(call);
    await client(config(), invocation({ accessKey: 'SECOND', securityToken: 'token-2' })).createSyncEvents(call);

    expect(accessKeys()).toEqual(['FIRST', 'SECOND']);
    expect(stub.requests.map(({ headers }) => headers['x-security-token'])).toEqual(['token-1', 'token-2']);
  });

  it('reads credentials anew for every call of an invocation', async () => {
    const keys = ['KEY1', 'KEY2'];
    const raw = { ...fakeContext(), getSecurityAccessKey: () => keys[stub.requests.length] ?? '' };
    const client = omsClientFactory()(config(), new Invocation(raw));

    await client.createSyncEvents(call);
    await client.createSyncEvents(call);

    expect(accessKeys()).toEqual(keys);
  });

  it('leaves time to answer, and for what comes after its calls', async () => {
    const late = invocation({ remaining: 5_400 });

    await expect(omsClientFactory()(config(), late, 5_000).createSyncEvents(call)).rejects.toMatchObject({
      code: 'OmsSync.DeadlineExceeded',
    });
    expect(stub.requests).toEqual([]);
    await omsClientFactory()(config(), late).createSyncEvents(call);
    expect(stub.requests).toHaveLength(1);
  });

  it('keeps the connection between invocations', async () => {
    const client = omsClientFactory();

    for (const accessKey of ['A1', 'A2', 'A3'])
      await client(config(), invocation({ accessKey })).createSyncEvents(call);

    expect(stub.requests).toHaveLength(3);
    expect(new Set(stub.requests.map(({ clientPort }) => clientPort)).size).toBe(1);
  });

  it('takes permanent keys or a token of the variables in place of the agency', async () => {
    const keys = config({ OMS_ACCESS_KEY: 'PERMANENT', OMS_SECRET_KEY: 'secret' });
    const token = config({ OMS_AUTH_TOKEN: 'iam-token' });

    await omsClientFactory()(keys, invocation({})).createSyncEvents(call);
    await omsClientFactory()(token, invocation({})).createSyncEvents(call);

    expect(accessKeys()[0]).toBe('PERMANENT');
    expect(stub.requests[0]?.headers).not.toHaveProperty('x-security-token');
    expect(stub.requests[1]?.headers).toMatchObject({ 'x-auth-token': 'iam-token' });
  });

  it('leaves time to answer', async () => {
    const client = omsClientFactory()(config(), invocation({ remaining: 400 }));

    await expect(client.createSyncEvents(call)).rejects.toMatchObject({ status: 504 });
    expect(stub.requests).toHaveLength(0);
  });
});
