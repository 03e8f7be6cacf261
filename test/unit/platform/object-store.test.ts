import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OmsConfig, omsVariables } from '#shared/config/oms.ts';
import { readConfig } from '#shared/config/read.ts';
import { type StateConfig, stateVariables } from '#shared/config/state.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { deadLettersFactory, objectStoreFactory } from '#shared/platform/object-store.ts';
import { type FakeContextOptions, fakeContext } from '../../helpers/fake-context.ts';
import { captureLog } from '../../helpers/log-lines.ts';
import { type OmsStub, startOmsStub } from '../../helpers/oms-stub.ts';

const put = { bucket: 'state', key: 'a', body: '{}' };
let stub: OmsStub;

function config(variables: Readonly<Record<string, string>> = {}): OmsConfig & StateConfig {
  const texts: Record<string, string> = {
    OMS_PROJECT_ID: 'p',
    STATE_BUCKET: 'state',
    STATE_REGION: 'cn-east-3',
    STATE_ENDPOINT: stub.url,
    ...variables,
  };
  return readConfig({ ...omsVariables, ...stateVariables }, (name) => texts[name] || undefined);
}

const invocation = (options: FakeContextOptions = {}) => new Invocation(fakeContext(options));
const scopes = () =>
  stub.requests.map(({ headers }) => /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(headers.authorization ?? '')?.slice(1));
const existing = (store: ObjectStore | undefined): ObjectStore => {
  if (!store) throw new Error('there is no store');
  return store;
};

beforeAll(async () => {
  stub = await startOmsStub(() => ({ headers: { 'x-obs-request-id': 'r' } }));
});
beforeEach(() => {
  stub.requests.length = 0;
});
afterAll(() => stub.close());

describe('objectStoreFactory', () => {
  it('gives no store where no state bucket is configured', async () => {
    expect(await objectStoreFactory()(config({ STATE_BUCKET: '' }), invocation())).toBeUndefined();
  });

  it('signs for the region of the state bucket, with the credentials of each invocation', async () => {
    const factory = objectStoreFactory();

    for (const accessKey of ['FIRST', 'SECOND'])
      await existing(await factory(config(), invocation({ accessKey }))).putObject(put);

    expect(scopes()).toEqual([
      ['FIRST', 'cn-east-3'],
      ['SECOND', 'cn-east-3'],
    ]);
  });

  it('signs for the region of OMS where the bucket has none of its own', async () => {
    const variables = config({ STATE_REGION: '', OMS_REGION: 'cn-north-4' });

    await existing(await objectStoreFactory()(variables, invocation({ accessKey: 'AK' }))).putObject(put);

    expect(scopes()).toEqual([['AK', 'cn-north-4']]);
  });

  it('reads credentials anew for every call of an invocation', async () => {
    const keys = ['KEY1', 'KEY2'];
    const raw = { ...fakeContext(), getSecurityAccessKey: () => keys[stub.requests.length] ?? '' };
    const store = existing(await objectStoreFactory()(config(), new Invocation(raw)));

    await store.putObject(put);
    await store.putObject(put);

    expect(scopes().map((scope) => scope?.[0])).toEqual(keys);
  });

  it('keeps the connection between invocations', async () => {
    const factory = objectStoreFactory();

    for (const _ of [1, 2, 3]) await existing(await factory(config(), invocation())).putObject(put);

    expect(new Set(stub.requests.map(({ clientPort }) => clientPort)).size).toBe(1);
  });

  it('takes permanent keys of the variables in place of the agency', async () => {
    const variables = config({ OMS_ACCESS_KEY: 'PERMANENT', OMS_SECRET_KEY: 'secret' });

    await existing(await objectStoreFactory()(variables, invocation())).putObject(put);

    expect(scopes().map((scope) => scope?.[0])).toEqual(['PERMANENT']);
    expect(stub.requests[0]?.headers).not.toHaveProperty('x-amz-security-token');
  });

  it('takes the agency where the variables have a token of OMS only, which signs nothing', async () => {
    const variables = config({ OMS_AUTH_TOKEN: 'iam-token' });

    await existing(await objectStoreFactory()(variables, invocation({ accessKey: 'AGENCY' }))).putObject(put);

    expect(scopes().map((scope) => scope?.[0])).toEqual(['AGENCY']);
  });

  it('says what is missing where there is no key pair at all', async () => {
    const store = existing(await objectStoreFactory()(config(), invocation({ accessKey: '' })));

    await expect(store.putObject(put)).rejects.toMatchObject({
      code: 'OmsSync.MissingCredentials',
      message: expect.stringMatching(/agency.*OMS_ACCESS_KEY/),
      publicMessage: expect.not.stringMatching(/OMS_ACCESS_KEY/),
    });
    expect(stub.requests).toEqual([]);
  });

  it('leaves time to answer', async () => {
    const store = existing(await objectStoreFactory()(config(), invocation({ remaining: 400 })));

    await expect(store.putObject(put)).rejects.toMatchObject({ code: 'OmsSync.ObjectStoreDeadlineExceeded' });
    expect(stub.requests).toEqual([]);
  });

  it('has credentials concealed in the log that the platform replaced since the invocation began', async () => {
    const log = captureLog();
    let secretKey = 'secret-0000';
    const current = new Invocation({ ...fakeContext(), getSecuritySecretKey: () => secretKey });
    secretKey = 'secret-1111';

    await existing(await objectStoreFactory()(config(), current)).putObject(put);
    current.log.info('secret-0000 secret-1111');
    log.restore();

    expect(log.parsed()[0].message).toBe('[redacted] [redacted]');
  });
});

describe('deadLettersFactory', () => {
  it('gives dead letters of the configured bucket and prefixes', async () => {
    const variables = config({ DEAD_LETTER_PREFIX: 'a/letters/', PARKED_PREFIX: 'a/parked/' });
    const letters = await deadLettersFactory()(variables, invocation());
    const letter = { id: 'x'.repeat(32) } as never;

    expect(await letters?.put(letter)).toBe(`a/letters/undated/${'x'.repeat(32)}.json`);
    expect(await letters?.park(letter)).toBe(`a/parked/undated/${'x'.repeat(32)}.json`);
    expect(stub.requests.map(({ url }) => url.split('/').slice(0, 4).join('/'))).toEqual([
      '/state/a/letters',
      '/state/a/parked',
    ]);
  });

  it('gives none where no state bucket is configured', async () => {
    expect(await deadLettersFactory()(config({ STATE_BUCKET: '' }), invocation())).toBeUndefined();
  });
});
