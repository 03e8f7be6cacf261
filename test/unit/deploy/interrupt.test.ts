import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import type { DeployResult } from '../../../scripts/deploy/types.ts';
import type { ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { FakeFunctionGraph, type FakeOptions } from '../../helpers/deploy/fake-functiongraph.ts';
import { useFastScrypt } from '../../helpers/deploy/fast-scrypt.ts';
import { artifacts, EVENTS, fn, SECRETS, service, target } from '../../helpers/deploy/world.ts';
import { THOROUGH } from '../../helpers/thorough.ts';

useFastScrypt();

/** Whether the call reached the service before the process ended. */
type Fate = 'before' | 'after';

interface Scenario {
  readonly before: ServerlessConfig | undefined;
  readonly after: ServerlessConfig;
}

const vpc = { vpcId: 'vpc', subnetId: 'subnet' };
const everything = service({
  mover: fn('mover', { events: [EVENTS.eventgrid(), EVENTS.timer(), EVENTS.smn()], concurrency: 10 }),
  keeper: fn('keeper', {
    encryptedEnvironment: { KEY: SECRETS.encrypted },
    events: [EVENTS.apig('POST', '/old'), EVENTS.apig('GET', '/moves')],
    vpc,
  }),
  queue: fn('queue', { events: [EVENTS.kafka()], vpc }),
  goes: fn('goes', { events: [EVENTS.apig('DELETE', '/taken')] }),
});
const changed = service({
  mover: fn('mover', {
    package: { artifact: 'mover-2.zip' },
    environment: { OMS_REGION: 'cn-north-4', CODE: '2' },
    events: [
      EVENTS.eventgrid('source', ['OBS:DWR:ObjectCreated:POST']),
      EVENTS.timer('30m'),
      EVENTS.apig('GET', '/moves'),
    ],
    concurrency: 20,
  }),
  keeper: fn('keeper', {
    encryptedEnvironment: { KEY: `${SECRETS.encrypted}-2` },
    async: { maxRetries: 2, maxEventAge: 60 },
    events: [EVENTS.apig('POST', '/old', 'APP')],
    vpc,
  }),
  queue: fn('queue', { events: [EVENTS.kafka(`${SECRETS.password}-2`)], vpc }),
  added: fn('added', { events: [EVENTS.eventgrid('other'), EVENTS.apig('DELETE', '/taken')] }),
});

const SCENARIOS = {
  first: { before: undefined, after: everything },
  update: { before: everything, after: changed },
};
const root = artifacts({ mover: '1', 'mover-2': '2', keeper: '1', queue: '1', goes: '1', added: '1' });

function world(cloud: FakeFunctionGraph) {
  let time = Date.UTC(2026, 10, 21);
  const deploy = async (config: ServerlessConfig): Promise<DeployResult> => {
    time += 3_600_000;
    const where = target(cloud, time);
    const plan = await planDeployment({ config, target: where, root, prune: true });
    return applyPlan(plan, { target: where, concurrency: 1, keepVersions: 2 });
  };
  return { cloud, deploy };
}

/** Lets nothing through from the call of this number on; of that one, only its answer may be lost. */
function kill(cloud: FakeFunctionGraph, at: number, fate: Fate): void {
  cloud.interference = (call) => (call < at ? 'none' : call === at ? fate : 'before');
}

const BOTH = ['before', 'after'] as const;
const CASES: readonly (readonly [string, Scenario, FakeOptions, readonly Fate[]])[] = [
  // A kill before a call equals one after the call before it, except for what the library makes of a lost answer.
  ['the first deployment', SCENARIOS.first, {}, ['after']],
  ['an update of everything', SCENARIOS.update, {}, BOTH],
  // One that knows no digest, and publishes changed code alone.
  [
    'an update of everything where triggers go slowly',
    SCENARIOS.update,
    { deletion: 3, kafkaStartsDisabled: true },
    ['after'],
  ],
  ['an update of everything on another service', SCENARIOS.update, { publishing: 'code', digest: 'other' }, ['after']],
];

describe('a deployment', () => {
  it.each(CASES)(
    'converges after an interruption at every call of %s',
    async (_, { before, after }, options, fates) => {
      const start = world(new FakeFunctionGraph(options));
      if (before) expect((await start.deploy(before)).ok).toBe(true);
      const old = start.cloud.summary();
      const whole = world(start.cloud.copy());
      expect((await whole.deploy(after)).ok).toBe(true);
      const calls = whole.cloud.calls.length;
      const wanted = whole.cloud.summary();
      expect(calls).toBeGreaterThan(30);

      for (let at = 1; at <= calls; at += THOROUGH ? 1 : 4) {
        for (const fate of fates) {
          const { cloud, deploy } = world(start.cloud.copy());
          kill(cloud, at, fate);
          await deploy(after).catch(() => undefined);
          const place = `${fate} call ${at}: ${cloud.calls.at(-1)?.method} ${cloud.calls.at(-1)?.path}`;
          expectNoMixture(cloud, old, wanted, place);
          if (before) expectWatched(cloud, place);

          cloud.interference = () => 'none';
          const again = await deploy(after);
          expect(
            again.functions.flatMap(({ error }) => error ?? []),
            place,
          ).toEqual([]);
          expect(cloud.summary(), place).toEqual(wanted);
          cloud.forget();
          await deploy(after);
          expect(cloud.writes, place).toEqual([]);
        }
      }
    },
    120_000,
  );
});

type Summary = readonly { readonly name: string; readonly config: unknown; readonly code: unknown }[];

/** Expects the old version or the new one to serve, never the code of one with the settings of the other. */
function expectNoMixture(cloud: FakeFunctionGraph, old: unknown, wanted: unknown, place: string): void {
  const states = [...(old as Summary), ...(wanted as Summary)];
  for (const { name, config, code } of cloud.summary() as Summary) {
    if (config === undefined) continue;
    const known = states.filter((one) => one.name === name).map((one) => ({ config: one.config, code: one.code }));
    expect(known, place).toContainEqual({ config, code });
  }
}

/** Uploads are noticed at any moment: the trigger is there, the old one or the new one. */
function expectWatched(cloud: FakeFunctionGraph, place: string): void {
  const mover = cloud.functions.get('oms-sync-dev-mover');
  const watching = mover?.triggers.filter(({ type, data }) => type === 'EVENTGRID' && data['bucket'] === 'source');
  expect(watching?.length, place).toBeGreaterThanOrEqual(1);
}
