import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { CONTROL_PATH } from '../../scripts/local/faults/control.ts';
import { request } from '../../scripts/local/request.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

const LOST = { seed: 1, rules: [{ fault: 'drop', probability: 1 }] } as const;
const OUTAGE = {
  seed: 1,
  rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 }],
} as const;

describe('reconcile on the local cloud', () => {
  // One attempt per call, and no waits: outages are simulated here.
  const cloud = useLocalCloud(
    { retryDelay: () => 1 },
    { OMS_SYNC_MAX_ATTEMPTS: '1', OMS_SYNC_RECONCILE_GRACE_PERIOD: '0' },
  );
  afterEach(async () => {
    await setStoreFaults(undefined);
    cloud.stack.oms.setFaults(undefined);
  });

  const setStoreFaults = async (plan: object | undefined): Promise<void> => {
    const { status } = await request(plan ? 'PUT' : 'DELETE', `${cloud.endpoints.obs}${CONTROL_PATH}`, {
      body: plan ? JSON.stringify(plan) : '',
    });
    expect(status).toBe(200);
  };

  const bucketOf = (side: 'source' | 'destination') => cloud.endpoints[`${side}_bucket`];
  const report = async (name = 'latest.json') =>
    JSON.parse((await cloud.contentOf(cloud.endpoints.state_bucket, `reconcile/local/${name}`)) ?? '{}');
  const post = async (body: unknown) => {
    const { status } = await request('POST', `${cloud.endpoints.gateway}/reconcile`, {
      headers: { 'x-apig-appcode': cloud.endpoints.app_code },
      body: JSON.stringify(body),
    });
    await cloud.stack.functiongraph.idle();
    return status;
  };
  const KEYS = ['lost/a b.txt', 'lost/报告+1%.pdf', 'lost/../up', 'lost/\u{1f600}', 'lost/～', 'lost//double/'];
  const uploadUnnoticed = async (...keys: string[]): Promise<void> => {
    await setStoreFaults(LOST);
    for (const key of keys) await cloud.upload(key);
    await cloud.stack.functiongraph.idle();
    await setStoreFaults(undefined);
  };

  it.each([
    [{ grase_period: '0' }, 400],
    [{ grace_period: 'soon' }, 400],
    [{ route: 'locale' }, 404],
  ])('answers a wrong request, %j, with %i and starts nothing', async (body, status) => {
    const { accepted } = cloud.stack.functiongraph.stats().async;

    expect(await post(body)).toBe(status);
    expect(cloud.stack.functiongraph.stats().async.accepted).toBe(accepted);
    expect(await cloud.keysOf(cloud.endpoints.state_bucket, 'reconcile/')).toEqual([]);
  });

  it('finds what no notification told of, submits it, and proves with the next pass that it arrived', async () => {
    const known = cloud.arrival('known.txt');
    await cloud.upload('known.txt');
    await known;
    await cloud.upload('only-there.txt', bucketOf('destination'));
    await uploadUnnoticed(...KEYS);
    expect(await cloud.keysOf(bucketOf('destination'), 'lost/')).toEqual([]);

    const arrivals = KEYS.map((key) => cloud.arrival(key));
    expect(await post({})).toBe(202);

    const first = await report();
    expect(first).toMatchObject({
      route: 'local',
      sync_task_id: cloud.endpoints.sync_task_id,
      complete: true,
      converged: false,
      submitted: KEYS.length,
      accepted: KEYS.length,
      failed: 0,
      calls: { events: 1 },
      source: { objects: KEYS.length + 1 },
      verdicts: { missing: { objects: KEYS.length }, same: { objects: 1 }, extra: { keys: ['only-there.txt'] } },
    });
    expect(first.oms.before.requested).toBeLessThan(first.oms.after.requested + 1);
    await Promise.all(arrivals);
    for (const key of KEYS) expect(await cloud.contentOf(bucketOf('destination'), key)).toBe(`content of ${key}`);

    await cloud.stack.functiongraph.fireTimer('reconcile', 'reconcile');
    await cloud.stack.functiongraph.idle();

    expect(await report()).toMatchObject({
      pass: 2,
      converged: true,
      direction: 'converged',
      submitted: 0,
      verdicts: { same: { objects: KEYS.length + 1 }, extra: { objects: 1 } },
      trend: [
        { pass: 1, differences: KEYS.length },
        { pass: 2, differences: 0 },
      ],
    });
    expect(await cloud.keysOf(cloud.endpoints.state_bucket, 'reconcile/local/')).toEqual([
      'reconcile/local/checkpoint.json',
      'reconcile/local/complete.json',
      'reconcile/local/latest.json',
      expect.stringMatching(/^reconcile\/local\/reports\/2.*Z\.json$/),
      expect.stringMatching(/^reconcile\/local\/reports\/2.*Z\.json$/),
    ]);
  });

  it('leaves an outage to the next run, which goes on with the same pass', async () => {
    await uploadUnnoticed('outage/x.txt');
    const { pass } = await report();
    cloud.stack.oms.setFaults(OUTAGE);

    expect(await post({})).toBe(202);
    expect(await report()).toMatchObject({ pass: pass + 1, complete: false, converged: false });
    expect((await report('complete.json')).pass).toBe(pass);

    cloud.stack.oms.setFaults(undefined);
    const arrived = cloud.arrival('outage/x.txt');
    await cloud.stack.functiongraph.fireTimer('reconcile', 'reconcile');
    await cloud.stack.functiongraph.idle();
    await arrived;
    expect(await report()).toMatchObject({ pass: pass + 1, runs: 2, accepted: 1, loss: { lost: 1, unexplained: 1 } });
  });

  it('only looks in a dry run', async () => {
    await uploadUnnoticed('dry/x.txt');
    const before = await report();

    expect(await post({ dry_run: true, route: 'local' })).toBe(202);

    expect(await report()).toEqual(before);
    expect(await report('plan.json')).toMatchObject({
      submitted: 1,
      accepted: 0,
      verdicts: { missing: { keys: ['dry/x.txt'] } },
      plan: { submit: { objects: 1 }, event_calls: 1, list_calls: { source: 1, destination: 1 } },
    });
    expect(await cloud.keysOf(bucketOf('destination'), 'dry/')).toEqual([]);
    await cloud.s3.send(new DeleteObjectCommand({ Bucket: bucketOf('source'), Key: 'dry/x.txt' }));
  });
});
