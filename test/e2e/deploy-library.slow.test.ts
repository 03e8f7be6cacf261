import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../scripts/deploy/apply/apply-plan.ts';
import { describeService } from '../../scripts/deploy/describe.ts';
import { invokeFunction } from '../../scripts/deploy/invoke.ts';
import { readLogs } from '../../scripts/deploy/logs.ts';
import { planDeployment } from '../../scripts/deploy/plan/plan-deployment.ts';
import { removeService } from '../../scripts/deploy/remove.ts';
import { rollback } from '../../scripts/deploy/rollback.ts';
import type { ServerlessConfig } from '../../scripts/serverless/config.ts';
import { localCloud } from '../helpers/deploy/local-cloud.ts';
import { artifacts, EVENTS, fn, SECRETS, service, writeCode } from '../helpers/deploy/world.ts';

const code = (version: string): string =>
  `exports.handler = async (event, context) => {
     console.log('version ${version} of', context.getUserData('SETTING'), event.a);
     if (event.fail) throw new Error('no');
     return { code: '${version}', setting: context.getUserData('SETTING'), secret: context.getUserData('KEY') };
   };`;
const config = (setting: string, events = [EVENTS.eventgrid(), EVENTS.timer(), EVENTS.apig()]): ServerlessConfig =>
  service({
    one: fn('one', { environment: { SETTING: setting }, encryptedEnvironment: { KEY: SECRETS.encrypted }, events }),
    two: fn('two', { events: [EVENTS.apig('GET', '/two/{id}')] }),
  });

async function world() {
  const cloud = await localCloud();
  const { target } = cloud;
  const root = artifacts({});
  writeCode(root, 'one', code('1'));
  writeCode(root, 'two', code('1'));
  const deploy = async (wanted: ServerlessConfig, options: { prune?: boolean; only?: string[] } = {}) => {
    const plan = await planDeployment({ config: wanted, target, root, ...options });
    cloud.writes();
    return { plan, result: await applyPlan(plan, { target }) };
  };
  const invoke = (event: unknown, more = {}) =>
    invokeFunction({ service: 'oms-sync', stage: 'dev', key: 'one', target, event, ...more });
  return { ...cloud, root, deploy, invoke };
}

describe('a service on the local FunctionGraph', () => {
  it('is deployed, updated, rolled back, described and removed', async () => {
    const { deploy, invoke, writes, root, target } = await world();

    const first = await deploy(config('a'));
    expect(first.result.functions.map(({ error, outcome }) => error ?? outcome)).toEqual(['done', 'done']);
    expect(await invoke({ a: 1 })).toMatchObject({
      failed: false,
      status: 200,
      requestId: expect.any(String),
      result: { code: '1', setting: 'a', secret: SECRETS.encrypted },
      log: expect.stringContaining('version 1 of a 1'),
    });

    const second = await deploy(config('a'));
    expect(second.plan.functions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    expect(writes()).toEqual([]);

    writeCode(root, 'one', code('2'));
    const third = await deploy(
      config('b', [EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:POST']), EVENTS.apig()]),
    );
    expect(third.result.ok).toBe(true);
    expect(third.plan.functions).toMatchObject([
      {
        key: 'one',
        action: 'update',
        code: true,
        changes: ['code', 'environment.SETTING'],
        triggers: [
          { type: 'EVENTGRID', name: 'source', action: 'replace', changes: ['event_types', 'trigger_name'] },
          { type: 'APIG', name: 'POST /redrive', action: 'unchanged' },
          { type: 'TIMER', name: 'tick', action: 'delete' },
        ],
      },
      { key: 'two', action: 'unchanged' },
    ]);
    expect((await invoke({})).result).toMatchObject({ code: '2', setting: 'b' });
    const description = await describeService({ service: 'oms-sync', stage: 'dev', target });
    expect(description.functions).toMatchObject([
      {
        key: 'one',
        variables: ['SETTING'],
        description: 'does one',
        versions: [{}, {}],
        triggers: [{ type: 'APIG', url: expect.stringContaining('/redrive') }, { type: 'EVENTGRID' }],
      },
      { key: 'two' },
    ]);

    expect(await rollback({ service: 'oms-sync', stage: 'dev', target })).toMatchObject([{ key: 'one' }]);
    expect((await invoke({})).result).toMatchObject({ code: '1', setting: 'a' });
    const fourth = await deploy(
      config('b', [EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:POST']), EVENTS.apig()]),
    );
    // The version to serve was published before: nothing is sent but the move.
    expect(fourth.plan.functions[0]).toMatchObject({ action: 'update', changes: ['code', 'environment.SETTING'] });
    expect(writes().map((write) => write.replace(/^(\w+) .*\//, '$1 '))).toEqual([
      'PUT async-invoke-config',
      'PUT live',
    ]);
    expect((await invoke({})).result).toMatchObject({ code: '2', setting: 'b' });

    const removed = await removeService({ service: 'oms-sync', stage: 'dev', target });
    expect(removed.ok).toBe(true);
    expect((await describeService({ service: 'oms-sync', stage: 'dev', target })).functions).toEqual([]);
  });

  it('keeps its triggers where their deletion takes a while', async () => {
    const { deploy, wire, target } = await world();
    await deploy(config('a'));
    wire.deletion = 4;

    const events = [EVENTS.timer('1h'), EVENTS.apig('POST', '/redrive', 'APP')];
    const { result } = await deploy(config('a', events));
    expect(result.functions.flatMap(({ error }) => error ?? [])).toEqual([]);

    const { functions } = await describeService({ service: 'oms-sync', stage: 'dev', target });
    expect(functions[0]?.triggers.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'APIG POST /redrive',
      'TIMER tick',
    ]);
    const { plan } = await deploy(config('a', events));
    expect(plan.functions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });

  it('says how an invocation failed, queues one, and shows what was printed', async () => {
    const { deploy, invoke, fg, target } = await world();
    await deploy(config('a'));
    const from = Date.now() - 60_000;

    const failed = await invoke({ a: 'sync', fail: true });
    expect(failed).toMatchObject({ failed: true, result: { errorMessage: expect.stringContaining('no') } });
    const queued = await invoke({ a: 'queued' }, { async: true });
    expect(queued).toMatchObject({ status: 202, failed: false, requestId: expect.any(String), result: undefined });
    await fg.idle();

    const lines = await readLogs({
      service: 'oms-sync',
      stage: 'dev',
      key: 'one',
      target,
      from,
      to: Date.now() + 1000,
    });
    const texts = lines.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/version 1 of a sync[\s\S]*version 1 of a queued/);
    expect(lines.every(({ time }) => time !== undefined && time >= from)).toBe(true);
  });
});
