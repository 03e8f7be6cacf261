import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import type { FunctionConfig, FunctionEvent, ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { FakeFunctionGraph, type FakeOptions } from '../../helpers/deploy/fake-functiongraph.ts';
import { useFastScrypt } from '../../helpers/deploy/fast-scrypt.ts';
import { artifacts, EVENTS, fn, service, target } from '../../helpers/deploy/world.ts';
import { THOROUGH } from '../../helpers/thorough.ts';

useFastScrypt();

const root = artifacts({ one: '1', two: '2', three: '3' });
const KEYS = ['one', 'two', 'three'] as const;
const vpc = { vpcId: 'v', subnetId: 's' };

const small = fc.constantFrom('a', 'b', 'a"b\\', 'ü', '');
const variables = fc.dictionary(fc.constantFrom('A', 'B', 'C'), small, { maxKeys: 3 });
const event: fc.Arbitrary<FunctionEvent> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('source', 'other'),
      fc.subarray(['OBS:DWR:ObjectCreated:PUT', 'OBS:DWR:ObjectCreated:POST'], { minLength: 1 }),
    )
    .map(([bucket, types]) => EVENTS.eventgrid(bucket, types)),
  fc.tuple(fc.constantFrom('1m', '2m'), fc.boolean()).map(([schedule, enabled]) => EVENTS.timer(schedule, enabled)),
  fc.constantFrom('a', 'b').map((password) => EVENTS.kafka(password)),
  fc.constantFrom('x', 'y').map((topic) => EVENTS.smn(topic)),
);
/** Two triggers of a function that the guard rails refuse side by side have the same. */
const placeOf = (one: FunctionEvent): string =>
  'timer' in one
    ? 'timer'
    : 'kafka' in one
      ? 'kafka'
      : 'smn' in one
        ? one.smn.topicUrn
        : 'eventgrid' in one
          ? one.eventgrid.bucket
          : JSON.stringify(one);

const settings = fc.record({
  artifact: fc.constantFrom(...KEYS),
  memorySize: fc.constantFrom(128, 256),
  description: fc.constantFrom('', 'text', 'text [oms-sync/dev]', '[other/dev 0123456789abcdef01234567]'),
  environment: variables,
  encrypted: fc.dictionary(fc.constantFrom('X', 'Y'), fc.constantFrom('s1', 's2', ''), { maxKeys: 2 }),
  maxRetries: fc.constantFrom(0, 3),
  concurrency: fc.constantFrom(undefined, 5, 6),
  events: fc.uniqueArray(event, { selector: placeOf, maxLength: 4 }),
});
/** A service: some of the functions, and who has which route. */
const services: fc.Arbitrary<ServerlessConfig> = fc
  .tuple(
    fc.subarray([...KEYS], { minLength: 1 }),
    fc.tuple(settings, settings, settings),
    fc.array(fc.record({ owner: fc.nat(2), auth: fc.constantFrom('IAM', 'APP') }), { maxLength: 2 }),
  )
  .map(([keys, each, routes]) => {
    const functions = keys.map((key, index): readonly [string, FunctionConfig] => {
      const { artifact, encrypted, maxRetries, concurrency, events, ...rest } = each[index] ?? each[0];
      const routed = routes.flatMap(({ owner, auth }, number) =>
        owner % keys.length === index
          ? [EVENTS.apig('POST', `/route-${number}/{id${index}}`, auth as 'IAM' | 'APP')]
          : [],
      );
      const config = fn(key, {
        ...rest,
        package: { artifact: `${artifact}.zip` },
        encryptedEnvironment: encrypted,
        async: { maxRetries, maxEventAge: 60 },
        events: [...events, ...routed],
        vpc,
        ...(concurrency === undefined ? {} : { concurrency }),
      });
      return [key, config];
    });
    return service(Object.fromEntries(functions));
  });
const clouds: fc.Arbitrary<FakeOptions> = fc.record({
  publishing: fc.constantFrom('code', 'any'),
  digest: fc.constantFrom('sha512', 'other'),
  unreturned: fc.subarray(['event_types', 'Key_encode', 'func_info', 'auth', 'channel_id']),
  deletion: fc.constantFrom(0, 1, 5),
  deletedAreHidden: fc.boolean(),
  deletedStatus: fc.constantFrom('', 'DELETING'),
  kafkaStartsDisabled: fc.boolean(),
  namePrefix: fc.constantFrom('', 'fgs-obs_'),
  versionMarkerIgnored: fc.boolean(),
});

let time = Date.UTC(2026, 10, 21);
async function deploy(cloud: FakeFunctionGraph, config: ServerlessConfig) {
  time += 3_600_000;
  const where = target(cloud, time);
  const plan = await planDeployment({ config, target: where, root, prune: true });
  return { plan, result: await applyPlan(plan, { target: where, concurrency: 2, keepVersions: 1 }) };
}

/** Instances are kept where nothing is said of them. */
function withoutInstances(cloud: FakeFunctionGraph): unknown {
  return (cloud.summary() as Record<string, unknown>[]).map((one) => ({
    ...one,
    config: {
      ...(one['config'] as object),
      strategy_config: undefined,
      type: undefined,
      package: undefined,
      code_type: undefined,
      code_filename: undefined,
    },
  }));
}

describe('from any state', () => {
  it('a deployment leads to the wanted one, and another one finds nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(
        clouds,
        // Earlier deployments, each interrupted somewhere, or none.
        fc.array(fc.tuple(services, fc.option(fc.nat(60))), { maxLength: 3 }),
        services,
        async (options, history, wanted) => {
          const cloud = new FakeFunctionGraph(options);
          for (const [config, killed] of history) {
            cloud.forget();
            if (killed !== null)
              cloud.interference = (call) => (call < killed ? 'none' : call === killed ? 'after' : 'before');
            await deploy(cloud, config).catch(() => undefined);
            cloud.interference = () => 'none';
            // A trigger that goes looks like one that stays until then: another configuration may want it.
            cloud.finish();
          }

          const { result } = await deploy(cloud, wanted);
          expect(result.functions.flatMap(({ error }) => error ?? [])).toEqual([]);
          // Triggers that are no longer listed may still exist.
          if (options.deletedAreHidden) cloud.finish();
          const fresh = new FakeFunctionGraph(options);
          expect((await deploy(fresh, wanted)).result.ok).toBe(true);
          expect(withoutInstances(cloud)).toEqual(withoutInstances(fresh));

          cloud.forget();
          const { plan } = await deploy(cloud, wanted);
          expect(plan.functions.filter(({ action }) => action !== 'unchanged')).toEqual([]);
          expect(cloud.writes).toEqual([]);
        },
      ),
      { seed: 6, numRuns: THOROUGH ? 50 : 15 },
    );
  }, 60_000);
});
