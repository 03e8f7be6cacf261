import { describe, expect, it } from 'vitest';
import { Bench, MARK } from './bench.ts';
import { liveTarget } from './live-target.ts';
import { startLocalTarget } from './local-target.ts';

const ENV = {
  OMS_LIVE: '1',
  OMS_LIVE_REGION: 'cn-north-4',
  OMS_LIVE_PROJECT_ID: '2c0689c860ad4728a497c91ec0844383',
  OMS_LIVE_ACCESS_KEY: 'LIVEACCESSKEY',
  OMS_LIVE_SECRET_KEY: 'live-secret-key',
  OMS_LIVE_SOURCE_BUCKET: 'oms-test-source',
  OMS_LIVE_DESTINATION_BUCKET: 'oms-test-destination',
};

describe('a run against the real service', () => {
  it('goes to OMS and OBS of its region', () => {
    expect(liveTarget(ENV)).toMatchObject({
      endpoint: 'https://oms.cn-north-4.myhuaweicloud.com',
      source: { name: 'oms-test-source', endpoint: 'https://obs.cn-north-4.myhuaweicloud.com' },
      destination: { name: 'oms-test-destination', endpoint: 'https://obs.cn-north-4.myhuaweicloud.com' },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['in continuous integration', { CI: 'true' }, 'never used in continuous integration'],
    ['without OMS_LIVE', { OMS_LIVE: '' }, 'OMS_LIVE is not 1'],
    ['without a secret key', { OMS_LIVE_SECRET_KEY: '' }, 'OMS_LIVE_SECRET_KEY is not set'],
    ['in a region without sync events', { OMS_LIVE_REGION: 'ap-southeast-3' }, 'OMS_LIVE_REGION must be one of'],
    ['in a bucket that is no test bucket', { OMS_LIVE_DESTINATION_BUCKET: 'latest-reports' }, 'the word "test"'],
    ['from a bucket to itself', { OMS_LIVE_DESTINATION_BUCKET: 'oms-test-source' }, 'must not be the same'],
    ['with a token and without keys for the buckets', { OMS_LIVE_SECURITY_TOKEN: 't' }, 'OMS_LIVE_BUCKET_ACCESS_KEY'],
    ['at an address of somebody else', { OMS_LIVE_OMS_ENDPOINT: 'https://oms.example.com' }, 'OMS_LIVE_OMS_ENDPOINT'],
  ])('is refused %s', (_, changes, problem) => {
    expect(() => liveTarget({ ...ENV, ...changes })).toThrow(problem);
  });

  it('is told everything that is missing at once, and no value', () => {
    const attempt = (): unknown => liveTarget({ ...ENV, OMS_LIVE_REGION: 'SECRET', OMS_LIVE_PROJECT_ID: '' });
    expect(attempt).toThrow(/OMS_LIVE_REGION(.|\n)*OMS_LIVE_PROJECT_ID/);
    expect(attempt).not.toThrow('SECRET');
  });
});

describe('what a run makes', () => {
  it('is one task, also where a request is accepted that should not be', async () => {
    const target = await startLocalTarget();
    const bench = new Bench(target);
    try {
      expect((await bench.create(bench.taskBody({ src_bucket: 7 }))).status).toBe(400);
      expect((await bench.create(bench.taskBody())).status).toBe(200);
      await expect(bench.create(bench.taskBody())).rejects.toThrow('made its one sync task');
    } finally {
      await bench.cleanUp();
      await target.stop();
    }
  });

  it('is removed: task, objects and lists, and nothing else', async () => {
    const target = await startLocalTarget();
    const [other, bench, after] = [new Bench(target), new Bench(target), new Bench(target)];
    try {
      await other.create(other.taskBody());
      await other.store.put('kept', 'kept');
      expect(bench.run).toMatch(new RegExp(`^${MARK}-[0-9a-f]{8}$`));
      await bench.create(bench.taskBody());
      await bench.store.put(`${bench.run}/a`, 'a');
      await other.events(['kept']);
      await bench.events([encodeURIComponent(`${bench.run}/a`)]);
      for (const key of ['kept', `${bench.run}/a`])
        await bench.eventually(() => bench.store.read(key)).not.toBeUndefined();

      await bench.cleanUp();

      expect((await after.list()).json).toMatchObject({ count: 1, tasks: [{ sync_task_id: other.taskId }] });
      expect(await after.store.read(`${bench.run}/a`)).toBeUndefined();
      expect(await after.store.read('kept')).toBe('kept');
    } finally {
      await other.cleanUp();
      await target.stop();
    }
  });

  it('is removed where the answer to the request for the task was lost', async () => {
    const target = await startLocalTarget();
    const bench = new Bench(target);
    try {
      // Past the bench, which then does not know its id.
      await bench.call('POST', bench.tasks, { body: bench.taskBody() });
      await bench.cleanUp();
      expect((await bench.list()).json).toMatchObject({ count: 0 });
    } finally {
      await target.stop();
    }
  });

  it('shows no secret, even where the service echoes it', async () => {
    const target = await startLocalTarget('temporary');
    const bench = new Bench(target);
    try {
      const token = String(target.credentials.securityToken);
      // The gateway answers a wrong signature with the headers that it computed it from.
      const answer = await bench.call('GET', bench.tasks, { secretKey: 'wrong' });
      expect(answer.text).toContain('x-security-token:[secret]');
      expect(JSON.stringify(answer)).not.toContain(token);
    } finally {
      await bench.cleanUp();
      await target.stop();
    }
  });
});
