import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../scripts/cli/deploy/run.ts';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import { planTable } from '../../../scripts/deploy/progress/plan-table.ts';
import { removeService } from '../../../scripts/deploy/remove.ts';
import type { FunctionEvent, ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { answerOf, FakeFunctionGraph, type FakeOptions } from '../../helpers/deploy/fake-functiongraph.ts';
import { useFastScrypt } from '../../helpers/deploy/fast-scrypt.ts';
import { artifacts, EVENTS, fn, service, target, writeArtifact } from '../../helpers/deploy/world.ts';

useFastScrypt();

const vpc = { vpcId: 'vpc', subnetId: 'subnet' };
const one = (events: FunctionEvent[]): ServerlessConfig => service({ one: fn('one', { events, vpc }) });

function world(options: FakeOptions = {}) {
  const cloud = new FakeFunctionGraph(options);
  const root = artifacts({ one: '1', two: '1' });
  let slept = 0;
  let time = Date.UTC(2026, 10, 21, 12);
  const deploy = async (config: ServerlessConfig) => {
    time += 60_000;
    slept = 0;
    const where = target(cloud, time);
    const sleep = async (ms: number) => {
      slept += ms;
    };
    const clock = { now: () => time, random: () => 0.5, sleep };
    const plan = await planDeployment({ config, target: where, root });
    cloud.forget();
    return { plan, result: await applyPlan(plan, { target: { ...where, clock } }) };
  };
  const actions = async (config: ServerlessConfig) =>
    (await deploy(config)).plan.functions.flatMap(({ triggers }) => triggers.map(({ action }) => action));
  const errorOf = async (config: ServerlessConfig) => {
    const { result } = await deploy(config);
    return result.functions[0]?.error as (Error & { code?: string }) | undefined;
  };
  const triggers = () =>
    (cloud.functions.get('oms-sync-dev-one')?.triggers ?? []).filter(
      ({ goesAt }) => goesAt === undefined || !options.deletedAreHidden,
    );
  return { cloud, root, deploy, actions, errorOf, triggers, slept: () => slept };
}

/** One of each kind that the service takes once, as it was and as it becomes. */
const REPLACED: Record<string, readonly [before: FunctionEvent, after: FunctionEvent]> = {
  TIMER: [EVENTS.timer('15m'), EVENTS.timer('1h')],
  APIG: [EVENTS.apig('POST', '/redrive', 'IAM'), EVENTS.apig('POST', '/redrive', 'APP')],
  KAFKA: [EVENTS.kafka('a'), EVENTS.kafka('b')],
  EVENTGRID: [EVENTS.eventgrid('source'), EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:COPY'])],
};
const post = (method: string, path: string): boolean => method === 'POST' && path.includes('/triggers/');

describe('a trigger that is replaced where the service deletes later than it answers', () => {
  it.each(Object.entries(REPLACED))('is waited for and created: %s', async (_, [before, after]) => {
    for (const options of [{ deletion: 5 }, { deletion: 12, deletedAreHidden: true }]) {
      const { deploy, actions, triggers } = world(options);
      await deploy(one([before]));
      const old = triggers()[0]?.id;

      expect((await deploy(one([after]))).result.functions.flatMap(({ error }) => error ?? [])).toEqual([]);

      expect(triggers()).toMatchObject([{ status: 'ACTIVE' }]);
      expect(triggers()[0]?.id).not.toBe(old);
      expect(await actions(one([after]))).toEqual(['unchanged']);
    }
  });

  it('is not waited for longer than three minutes, and what is then is told with the command that repairs it', async () => {
    const { deploy, errorOf, slept, triggers } = world({ deletion: Number.POSITIVE_INFINITY });
    await deploy(one([EVENTS.timer()]));

    const error = await errorOf(one([EVENTS.timer('1h')]));

    expect(error).toMatchObject({ code: 'Deploy.TriggerLost' });
    expect(error?.message).toMatch(
      /^TIMER tick: the old trigger is deleted, its replacement was not created .*FSS.1147/,
    );
    expect(error?.message).toMatch(/: npx oms-sync deploy -f one --stage dev --region cn-north-4$/);
    expect(slept()).toBeLessThan(2 * 190_000 + 40_000);
    expect(triggers()).toHaveLength(1);
  });

  it('is created by the next deployment where one was killed between deletion and creation', async () => {
    for (const options of [
      {},
      { deletion: 3 },
      { deletion: 9, deletedAreHidden: true },
      { deletion: 25, deletedStatus: 'DELETING' },
    ]) {
      const { cloud, deploy, errorOf, triggers } = world(options);
      await deploy(one([EVENTS.timer()]));
      let killed = false;
      cloud.interference = (_, { method }) => {
        if (killed) return 'before';
        killed = method === 'DELETE';
        return 'none';
      };
      expect(await errorOf(one([EVENTS.timer('1h')]))).toMatchObject({ code: 'Deploy.TriggerLost' });

      cloud.interference = () => 'none';
      expect((await deploy(one([EVENTS.timer('1h')]))).result.ok).toBe(true);
      expect(triggers()).toMatchObject([{ data: { schedule: '1h' } }]);
    }
  });

  it('has the password of the last deployment, though one between was killed before it had noted its own', async () => {
    const { cloud, deploy, triggers } = world();
    await deploy(one([EVENTS.kafka('a')]));
    let created = false;
    cloud.interference = (_, { method, target: path }) => {
      if (created && method === 'PUT') return 'before';
      created ||= post(method, path);
      return 'none';
    };
    expect((await deploy(one([EVENTS.kafka('b')]))).result.ok).toBe(false);
    cloud.interference = () => 'none';
    await deploy(one([EVENTS.kafka('a')]));
    expect(triggers()).toMatchObject([{ data: { kafka_password: 'a' } }]);
  });

  it('is one that serverless.yml no longer has: done when it is gone', async () => {
    const slow = world({ deletion: 4 });
    await slow.deploy(one([EVENTS.timer(), EVENTS.eventgrid()]));
    expect((await slow.deploy(one([EVENTS.eventgrid()]))).result.ok).toBe(true);
    expect(slow.triggers()).toHaveLength(1);

    const never = world({ deletion: Number.POSITIVE_INFINITY });
    await never.deploy(one([EVENTS.timer(), EVENTS.eventgrid()]));
    expect(await never.errorOf(one([EVENTS.eventgrid()]))).toMatchObject({ code: 'Deploy.TriggerStays' });
  });
});

describe('a trigger whose replacement fails', () => {
  it('is tried again where it may help, and then there once', async () => {
    for (const failure of [answerOf(503), answerOf(500, { error_code: 'FSS.0500' }), 'before', 'after'] as const) {
      const { cloud, deploy, triggers } = world();
      await deploy(one([EVENTS.timer()]));
      let failures = 0;
      cloud.interference = (_, { method, target: path }) => {
        if (!post(method, path) || failures >= 2) return 'none';
        failures += 1;
        return failure;
      };
      expect((await deploy(one([EVENTS.timer('1h')]))).result.ok).toBe(true);
      expect(triggers()).toMatchObject([{ data: { schedule: '1h' } }]);
    }
  });

  it('is put back, with the password that is known', async () => {
    const { cloud, deploy, errorOf, triggers } = world();
    await deploy(one([EVENTS.kafka('a')]));
    const more: FunctionEvent = {
      kafka: { instanceId: 'kafka-1', topicIds: ['topic', 'no'], user: 'me', password: 'b' },
    };
    cloud.interference = (_, { method, body }) =>
      method === 'POST' && body.toString().includes('"no"') ? answerOf(400, { error_code: 'FSS.1112' }) : 'none';

    expect(await errorOf(one([more]))).toMatchObject({ code: 'FSS.1112' });
    expect(triggers()).toMatchObject([{ status: 'ACTIVE', data: { topic_ids: ['topic'], kafka_password: 'b' } }]);
  });

  it('is not lost in silence where neither it nor its replacement is taken', async () => {
    const { cloud, deploy, errorOf, triggers } = world();
    await deploy(one([EVENTS.apig(), EVENTS.eventgrid()]));
    cloud.interference = (_, { method, target: path }) =>
      post(method, path) ? answerOf(403, { error_code: 'FSS.0403', error_msg: 'no' }) : 'none';

    const error = await errorOf(one([EVENTS.apig('POST', '/redrive', 'APP'), EVENTS.eventgrid()]));

    expect(error).toMatchObject({ code: 'Deploy.TriggerLost' });
    expect(error?.message).toContain('APIG POST /redrive: the old trigger is deleted');
    cloud.interference = () => 'none';
    expect((await deploy(one([EVENTS.apig('POST', '/redrive', 'APP'), EVENTS.eventgrid()]))).result.ok).toBe(true);
    expect(triggers()).toHaveLength(2);
  });

  it('belongs to another function, and is put back there', async () => {
    const { cloud, deploy, triggers } = world();
    const both = (first: FunctionEvent[], second: FunctionEvent[]) =>
      service({ two: fn('two', { events: second }), one: fn('one', { events: first }) });
    await deploy(both([EVENTS.apig()], []));
    cloud.interference = (_, { method, target: path }) =>
      post(method, path) && path.includes('dev-two') ? answerOf(409, { error_code: 'FSS.1147' }) : 'none';

    const { result } = await deploy(both([], [EVENTS.apig()]));
    expect(result.functions[0]).toMatchObject({ key: 'two', outcome: 'failed', error: { code: 'FSS.1147' } });
    cloud.interference = () => 'none';
    expect((await deploy(both([], [EVENTS.apig()]))).result.ok).toBe(true);
    expect(triggers()).toEqual([]);
  });
});

describe('a Kafka trigger that is DISABLED after its creation', () => {
  it('is looked at again and enabled, and stays off where it is to be off', async () => {
    const { deploy, actions, triggers } = world({ kafkaStartsDisabled: true });
    const off: FunctionEvent = {
      kafka: { instanceId: 'kafka-1', topicIds: ['topic'], user: 'me', password: 'a', enabled: false },
    };
    expect((await deploy(one([EVENTS.kafka('a')]))).result.ok).toBe(true);
    expect(triggers()).toMatchObject([{ status: 'ACTIVE' }]);
    expect(await actions(one([EVENTS.kafka('b')]))).toEqual(['replace']);
    expect(triggers()).toMatchObject([{ status: 'ACTIVE', data: { kafka_password: 'b' } }]);
    expect(await actions(one([EVENTS.kafka('b')]))).toEqual(['unchanged']);
    await deploy(one([off]));
    expect(triggers()).toMatchObject([{ status: 'DISABLED' }]);
  });

  it('is a failure where the service does not enable it', async () => {
    const { cloud, errorOf, triggers } = world({ kafkaStartsDisabled: true });
    cloud.interference = (_, { method, target: path }) =>
      method === 'PUT' && path.includes('/triggers/') ? answerOf(200, {}) : 'none';
    const error = await errorOf(one([EVENTS.kafka('a')]));
    expect(error).toMatchObject({ code: 'Deploy.TriggerUnsettled' });
    expect(error?.message).toContain('KAFKA kafka-1 topic (ACTIVE)');
    cloud.interference = () => 'none';
    expect(await errorOf(one([EVENTS.kafka('a')]))).toBeUndefined();
    expect(triggers()).toMatchObject([{ status: 'ACTIVE' }]);
  });
});

it('a trigger of EventGrid that goes is named with the subscription that it leaves', async () => {
  const { deploy } = world();
  await deploy(one([EVENTS.eventgrid('source'), EVENTS.eventgrid('other'), EVENTS.timer()]));
  const after = one([EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:COPY']), EVENTS.timer('1h')]);

  const { plan, result } = await deploy(after);

  expect(plan.functions[0]?.triggers.map(({ leaves }) => leaves)).toEqual(['trigger-1', undefined, 'trigger-2']);
  expect(planTable(plan)).toContain('EventGrid keeps its subscription trigger-2; delete it there');
  expect(outcomeOf(plan, result, 1).split('\n')[1]).toBe(
    'EventGrid keeps 2 subscriptions of triggers that are gone: trigger-1, trigger-2 (delete them there)',
  );
  expect((await deploy(after)).plan.functions[0]?.triggers.every(({ leaves }) => leaves === undefined)).toBe(true);
});

describe('what the service lists', () => {
  it('is the wanted trigger where its name comes back with a prefix, and only then', async () => {
    const { actions, triggers } = world({ namePrefix: 'fgs-obs_' });
    const events = [EVENTS.eventgrid(), EVENTS.timer(), EVENTS.apig()];
    await actions(one(events));
    expect(await actions(one(events))).toEqual(['unchanged', 'unchanged', 'unchanged']);
    const others = [EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:COPY']), EVENTS.timer('1h'), EVENTS.apig()];
    expect(await actions(one(others))).toEqual(['replace', 'replace', 'unchanged']);
    expect(triggers()).toHaveLength(3);
  });

  it('is the timer of exactly the name, where another one ends like it', async () => {
    const { actions } = world();
    const timer = (name: string): FunctionEvent => ({ timer: { name, type: 'Rate', schedule: '15m' } });
    await actions(one([timer('full-tick'), timer('tick')]));
    expect(await actions(one([timer('tick'), timer('full-tick')]))).toEqual(['unchanged', 'unchanged']);
    expect(await actions(one([timer('tick')]))).toEqual(['unchanged', 'delete']);
  });

  it('is each trigger once, though a list names it twice', async () => {
    const { cloud, actions, triggers } = world();
    await actions(one([EVENTS.timer()]));
    cloud.interference = (_, { method, target: path }) => {
      if (method !== 'GET' || !path.includes('/triggers/')) return 'none';
      return (passed) => {
        const listed = JSON.parse(passed.body.toString()) as unknown[];
        return { ...passed, body: Buffer.from(JSON.stringify([...listed, ...listed])) };
      };
    };
    expect(await actions(one([EVENTS.timer()]))).toEqual(['unchanged']);
    expect(triggers()).toHaveLength(1);
  });

  it('is each version once, so that those to keep are kept', async () => {
    const { cloud, root, deploy } = world({ versionMarkerIgnored: true });
    for (let version = 1; version <= 5; version += 1) {
      writeArtifact(root, 'one', `v${version}`);
      expect((await deploy({ ...one([]), keepVersions: 3 })).result.ok).toBe(true);
    }
    // Three that are kept, and the new one.
    expect(cloud.functions.get('oms-sync-dev-one')?.versions).toHaveLength(4);
  });

  it('is no function where it answers 401 FSS.0401', async () => {
    const { cloud, deploy } = world({ missing: [401, 'FSS.0401'] });
    expect((await deploy(one([EVENTS.timer()]))).plan.functions[0]?.action).toBe('create');
    const removed = await removeService({ service: 'oms-sync', stage: 'dev', target: target(cloud) });
    expect(removed.ok).toBe(true);
    expect(cloud.functions.size).toBe(0);
  });
});
