import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import type { ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { FakeFunctionGraph } from '../../helpers/deploy/fake-functiongraph.ts';
import { artifacts, EVENTS, fn, SECRETS, service, target, writeArtifact } from '../../helpers/deploy/world.ts';

function world(options: ConstructorParameters<typeof FakeFunctionGraph>[0] = {}) {
  const cloud = new FakeFunctionGraph(options);
  const root = artifacts({ one: 'v1', two: 'v1' });
  let time = Date.UTC(2026, 10, 21, 12);
  const deploy = async (config: ServerlessConfig, prune = false) => {
    time += 60_000;
    const where = target(cloud, time);
    const plan = await planDeployment({ config, target: where, root, prune });
    cloud.forget();
    return { plan, result: await applyPlan(plan, { target: where }) };
  };
  return { cloud, root, deploy };
}

const events = [EVENTS.eventgrid(), EVENTS.timer(), EVENTS.apig()];
const both = service({
  one: fn('one', { events }),
  two: fn('two', { encryptedEnvironment: { KEY: SECRETS.encrypted } }),
});

describe('applyPlan', () => {
  it('creates what is not there: function, version, alias, settings, triggers', async () => {
    const { cloud, deploy } = world();

    const { plan, result } = await deploy(both);

    expect(plan.functions.map(({ key, action, code }) => [key, action, code])).toEqual([
      ['one', 'create', true],
      ['two', 'create', true],
    ]);
    expect(result.functions.map(({ outcome, error }) => error ?? outcome)).toEqual(['done', 'done']);
    expect(result.ok).toBe(true);
    const one = cloud.functions.get('oms-sync-dev-one');
    expect(one?.versions).toHaveLength(1);
    expect(one?.aliases.get('live')?.version).toBe(one?.versions[0]?.name);
    expect(one?.triggers.map(({ type, qualifier, status }) => [type, qualifier, status])).toEqual([
      ['EVENTGRID', '!live', 'ACTIVE'],
      ['TIMER', '!live', 'ACTIVE'],
      ['APIG', '!live', 'ACTIVE'],
    ]);
    expect(one?.asyncConfigs.get('!live')).toMatchObject({ max_async_retry_attempts: 3 });
  });

  it('sends nothing but reads where nothing changed', async () => {
    const { cloud, deploy } = world();
    await deploy(both);

    cloud.forget();
    const { plan, result } = await deploy(both);

    expect(plan.functions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    expect(cloud.writes).toEqual([]);
    expect(result.ok).toBe(true);
  });

  it.each(['sha512', 'other'] as const)('updates one function for one changed bundle (digest: %s)', async (digest) => {
    const { cloud, root, deploy } = world({ digest });
    await deploy(both);

    writeArtifact(root, 'two', 'v2');
    const { plan } = await deploy(both);

    expect(plan.functions.map(({ action, code, changes }) => [action, code, changes])).toEqual([
      ['unchanged', false, []],
      ['update', true, ['code']],
    ]);
    const urn = 'urn:fss:cn-north-4:project:function:default:oms-sync-dev-two';
    expect(cloud.writes.map((write) => write.replace(/:v2026[\w-]+/, ':VERSION'))).toEqual([
      `PUT functions/${urn}/code`,
      `POST functions/${urn}/versions`,
      `PUT functions/${urn}:VERSION/async-invoke-config`,
      `PUT functions/${urn}/aliases/live`,
    ]);
    expect((await deploy(both)).plan.functions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });
});
