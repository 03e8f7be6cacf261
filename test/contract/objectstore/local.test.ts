import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { type ObsOptions, startObs } from '../../../scripts/local/obs/server.ts';
import { rejection } from '../../unit/oms/loopback.ts';
import { describeObjectStore, KEYS, makeBucket, optionsOf, type Server } from './suite.ts';

const credentials = { accessKey: 'LOCALTEST', secretKey: 'local-secret' };
const region = 'cn-north-4';

async function startLocal(options: Partial<ObsOptions> = {}): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'objectstore-'));
  const server = await startObs({ dataDir, port: 0, region, accounts: new Accounts([credentials]), ...options });
  return {
    endpoint: server.url,
    region,
    credentials,
    stop: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describeObjectStore('the local object store', startLocal);

describe('ObjectStoreClient and a local object store', () => {
  const accounts = new Accounts([credentials]);
  let target: Server;
  beforeAll(async () => {
    target = await startLocal({
      accounts,
      faults: {
        seed: 4,
        rules: [
          { fault: 'status', status: 503, probability: 0.15, bucket: 'faulty' },
          { fault: 'status', status: 500, probability: 0.1, bucket: 'faulty' },
          { fault: 'reset', when: 'before', probability: 0.1, bucket: 'faulty' },
          { fault: 'reset', when: 'after', probability: 0.1, bucket: 'faulty' },
        ],
      },
    });
    for (const bucket of ['tokens', 'conditions']) await makeBucket(target, bucket);
  });
  afterAll(() => target.stop());

  it('agree on temporary credentials, which work with their token only', async () => {
    const temporary = accounts.issueTemporary();
    const { accessKey, secretKey } = temporary;
    const store = new ObjectStoreClient({ ...optionsOf(target), credentials: () => temporary });
    await store.putObject({ bucket: 'tokens', key: 'k', body: 'x' });
    expect((await store.listObjects({ bucket: 'tokens' })).objects).toHaveLength(1);
    const tokenless = store.forInvocation({ credentials: () => ({ accessKey, secretKey }) });
    expect(await rejection(tokenless.listObjects({ bucket: 'tokens' }))).toMatchObject({ name: 'AccessDeniedError' });
  });

  it('get everything done although the store fails two times in five', async () => {
    await makeBucket(target, 'faulty').catch(() => makeBucket(target, 'faulty'));
    let repeats = 0;
    const store = new ObjectStoreClient({
      ...optionsOf(target),
      maxAttempts: 30,
      sleep: () => {
        repeats += 1;
        return Promise.resolve();
      },
    });
    const bucket = 'faulty';
    for (const key of KEYS) await store.putObject({ bucket, key, body: key });
    for (const key of KEYS) expect((await store.getObject({ bucket, key })).body.toString()).toBe(key);
    expect((await store.listObjects({ bucket })).objects).toHaveLength(KEYS.length);
    for (const key of KEYS) await store.deleteObject({ bucket, key });
    expect(await store.listObjects({ bucket })).toEqual({ objects: [], date: expect.any(Number) });
    expect(repeats / (repeats + 3 * KEYS.length + 2)).toBeGreaterThan(0.2);
  });
});
