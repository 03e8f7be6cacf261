import { expect, it } from 'vitest';
import { applyPlan } from '../../scripts/deploy/apply/apply-plan.ts';
import { describeService } from '../../scripts/deploy/describe.ts';
import { invokeFunction } from '../../scripts/deploy/invoke.ts';
import { planDeployment } from '../../scripts/deploy/plan/plan-deployment.ts';
import { removeService } from '../../scripts/deploy/remove.ts';
import type { ServerlessConfig } from '../../scripts/serverless/config.ts';
import { localCloud } from '../helpers/deploy/local-cloud.ts';
import { artifacts, EVENTS, fn, SECRETS, service, writeCode } from '../helpers/deploy/world.ts';

const code = (version: number): string =>
  `exports.handler = async (event, context) => [${version}, context.getUserData('SETTING'), context.getUserData('KEY')];`;

/** Versions 1 and 2 of a service: other code, variables, secrets, triggers, functions. */
function configs(stage: string): readonly [ServerlessConfig, ServerlessConfig] {
  const one = (setting: string, eventTypes: string[], rest: Parameters<typeof fn>[1] = {}) =>
    fn('one', {
      environment: { SETTING: setting },
      encryptedEnvironment: { KEY: `${SECRETS.encrypted}${setting}` },
      // Names that no other stage has: a route is one function's alone.
      events: [
        EVENTS.eventgrid('source', eventTypes),
        EVENTS.timer(`${setting}5m`),
        EVENTS.apig('GET', `/${stage}/one`),
      ],
      ...rest,
    });
  return [
    service(
      {
        one: one('1', ['OBS:DWR:ObjectCreated:PUT']),
        gone: fn('gone', { events: [EVENTS.apig('GET', `/${stage}/moved`)] }),
      },
      { stage },
    ),
    service(
      {
        one: one('2', ['OBS:DWR:ObjectCreated:POST'], { package: { artifact: 'one-2.zip' }, memorySize: 512 }),
        next: fn('next', { events: [EVENTS.apig('GET', `/${stage}/moved`), EVENTS.smn()] }),
      },
      { stage },
    ),
  ];
}

/** Version 1, then version 2 with an interruption, then version 2 again; for each call and each way to lose it. */
it('converges on the local FunctionGraph after an interruption at any call, before it arrived and after', async () => {
  const { target, wire, writes } = await localCloud();
  const root = artifacts({ gone: '1', next: '1' });
  writeCode(root, 'one', code(1));
  writeCode(root, 'one-2', code(2));
  const deploy = async (config: ServerlessConfig) => {
    const plan = await planDeployment({ config, target, root, prune: true });
    return applyPlan(plan, { target });
  };
  const answer = async (stage: string) => {
    const call = { service: 'oms-sync', stage, key: 'one', target, event: {} };
    return (await invokeFunction(call)).result;
  };
  const triggers = async (stage: string) =>
    (await describeService({ service: 'oms-sync', stage, target })).functions.map((one) => ({
      key: one.key,
      triggers: one.triggers.map(({ type, name, status }) => `${type} ${name} ${status}`).sort(),
    }));

  const [before, after] = configs('whole');
  expect((await deploy(before)).ok).toBe(true);
  wire.calls.length = 0;
  expect((await deploy(after)).ok).toBe(true);
  const calls = wire.calls.length;
  const wanted = JSON.stringify(await triggers('whole'));

  let interruptions = 0;
  for (let at = 1; at <= calls; at += 1) {
    for (const fate of ['before', 'after'] as const) {
      interruptions += 1;
      const stage = `s${at}${fate}`;
      const [first, second] = configs(stage);
      await deploy(first);
      wire.calls.length = 0;
      Object.assign(wire, { killAt: at, fate });
      await deploy(second).catch(() => undefined);
      const last = wire.calls[at - 1];
      const place = `${fate} call ${at}, ${last?.method} ${last?.target}`;
      wire.killAt = Number.POSITIVE_INFINITY;

      const served = JSON.stringify(await answer(stage));
      const whole = (version: string): string =>
        JSON.stringify([Number(version), version, `${SECRETS.encrypted}${version}`]);
      expect([whole('1'), whole('2')], place).toContain(served);

      const again = await deploy(second);
      expect(
        again.functions.flatMap(({ error }) => error ?? []),
        place,
      ).toEqual([]);
      expect(JSON.stringify(await answer(stage)), place).toBe(whole('2'));
      expect(JSON.stringify(await triggers(stage)).replaceAll(stage, 'whole'), place).toBe(wanted);
      writes();
      await deploy(second);
      expect(writes(), place).toEqual([]);
      expect((await removeService({ service: 'oms-sync', stage, target })).ok).toBe(true);
    }
  }
  expect(interruptions).toBeGreaterThanOrEqual(60);
}, 600_000);
