import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import { rollbackTable } from '../../../scripts/deploy/progress/plan-table.ts';
import { applyRollback, planRollback } from '../../../scripts/deploy/rollback.ts';
import type { FunctionConfig } from '../../../scripts/serverless/config.ts';
import { FakeFunctionGraph } from '../../helpers/deploy/fake-functiongraph.ts';
import { useFastScrypt } from '../../helpers/deploy/fast-scrypt.ts';
import { artifacts, EVENTS, fn, SECRETS, service, target } from '../../helpers/deploy/world.ts';

useFastScrypt();

const ENVIRONMENT = { OMS_REGION: 'cn-north-4', PASSWORD: SECRETS.variable };
const base: Partial<FunctionConfig> = {
  environment: ENVIRONMENT,
  encryptedEnvironment: { KEY: SECRETS.encrypted },
  events: [EVENTS.timer()],
};

/** Deploys one function in one state after the other, and asks what the rollback of the last one would change. */
async function world(...states: readonly Partial<FunctionConfig>[]) {
  const cloud = new FakeFunctionGraph();
  const root = artifacts({ one: '1', 'one-2': '2' });
  let time = Date.UTC(2026, 10, 21);
  for (const state of states) {
    time += 60_000;
    const where = target(cloud, time);
    const config = service({ one: fn('one', { ...base, ...state }) });
    const { ok } = await applyPlan(await planDeployment({ config, target: where, root }), { target: where });
    expect(ok).toBe(true);
  }
  const where = { service: 'oms-sync', stage: 'dev', target: target(cloud, time) };
  cloud.forget();
  return { cloud, root, where, plan: await planRollback(where) };
}

describe('the plan of a rollback', () => {
  const environment = (more: Record<string, string>) => ({ environment: { ...ENVIRONMENT, ...more } });
  it.each<[string, readonly [now: Partial<FunctionConfig>, before: Partial<FunctionConfig>], string[], boolean]>([
    ['ROUTES that goes', [environment({ ROUTES: '[]' }), {}], ['removed environment.ROUTES'], true],
    ['ROUTES that comes back', [{}, environment({ ROUTES: '[]' })], ['added environment.ROUTES'], true],
    [
      'a dead endpoint',
      [environment({ OMS_ENDPOINT: 'https://a' }), environment({ OMS_ENDPOINT: 'https://b' })],
      ['changed environment.OMS_ENDPOINT'],
      true,
    ],
    [
      'another secret',
      [{}, { encryptedEnvironment: { KEY: `${SECRETS.encrypted}-2` } }],
      ['changed encryptedEnvironment'],
      true,
    ],
    ['a secret that goes', [{}, { encryptedEnvironment: {} }], ['removed encryptedEnvironment'], true],
    ['code alone', [{ package: { artifact: 'one-2.zip' } }, {}], ['changed code'], false],
    [
      'settings',
      [{ memorySize: 512, timeout: 60, concurrency: 5, initializer: 'index.init', agency: 'other' }, {}],
      ['timeout', 'memorySize', 'agency', 'initializer', 'initializerTimeout', 'concurrency'].map(
        (f) => `changed ${f}`,
      ),
      false,
    ],
  ])('names %s', async (_, [now, before], changes, changesVariables) => {
    const { plan, cloud } = await world(before, now);
    const all = plan.functions.flatMap((one) => one.changes.map(({ field, change }) => `${change} ${field}`));
    expect([all, plan.changesVariables]).toEqual([changes, changesVariables]);
    expect(cloud.writes).toEqual([]);
  });

  it('does not know of encrypted variables that were published without a fingerprint, and says so', async () => {
    const { cloud, where } = await world({}, { memorySize: 512 });
    for (const version of cloud.functions.get('oms-sync-dev-one')?.versions ?? []) version.description = 'by hand';
    const plan = await planRollback(where);
    expect(plan).toMatchObject({
      changesVariables: true,
      functions: [{ changes: [{ field: 'memorySize' }, { field: 'encryptedEnvironment', change: 'unknown' }] }],
    });
    expect(rollbackTable(plan)).toContain('? encryptedEnvironment (may change: it cannot be compared)');
  });

  it('is shown without a value, and is what is done', async () => {
    const { cloud, where, plan } = await world({}, { ...environment({ MORE: SECRETS.variable }), memorySize: 512 });
    const [one] = plan.functions;
    const table = rollbackTable(plan);
    expect(table).toBe(`oms-sync, stage dev, cn-north-4

  one: version ${one?.to} in place of ${one?.from}
    ~ memorySize (changes)
    - environment.MORE (goes)

1 function to roll back. Triggers stay as they are.`);
    for (const secret of Object.values(SECRETS)) expect(JSON.stringify(plan) + table).not.toContain(secret);

    await applyRollback(plan, where);
    expect(cloud.functions.get('oms-sync-dev-one')?.aliases.get('live')?.version).toBe(one?.to);
    expect(cloud.writes).toHaveLength(1);
    expect((await planRollback(where)).functions).toEqual([]);
  });
});
