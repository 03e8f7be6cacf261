import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, Exchange } from '#shared/http/transport.ts';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { describeService } from '../../../scripts/deploy/describe.ts';
import { invokeFunction } from '../../../scripts/deploy/invoke.ts';
import { readLogs } from '../../../scripts/deploy/logs.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import { removeService } from '../../../scripts/deploy/remove.ts';
import { applyRollback, planRollback } from '../../../scripts/deploy/rollback.ts';
import type { ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { answerOf, FakeFunctionGraph } from '../../helpers/deploy/fake-functiongraph.ts';
import { useFastScrypt } from '../../helpers/deploy/fast-scrypt.ts';
import { StubNetwork } from '../../helpers/deploy/stub-network.ts';
import { artifacts, EVENTS, fn, SECRETS, service, target } from '../../helpers/deploy/world.ts';

useFastScrypt();

const vpc = { vpcId: 'vpc', subnetId: 'subnet' };
const config = (suffix: string): ServerlessConfig =>
  service({
    one: fn('one', {
      environment: { PLAIN: `${SECRETS.variable}${suffix}` },
      encryptedEnvironment: { KEY: `${SECRETS.encrypted}${suffix}`, QUOTED: `"${SECRETS.encrypted}\\${suffix}` },
      events: [EVENTS.kafka(`${SECRETS.password}${suffix}`), EVENTS.eventgrid(), EVENTS.apig()],
      vpc,
    }),
  });
const root = artifacts({ one: '1' });

/** Everything that anybody could see: results, errors with causes and hidden fields, events, and the console. */
class Audience {
  readonly seen: string[] = [];

  sees = (value: unknown): void => {
    this.seen.push(inspect(value, { depth: 20, showHidden: true }), String(value), JSON.stringify(value) ?? '');
    if (value instanceof Error) this.seen.push(value.stack ?? '', value.message);
  };

  expectNoSecret(place: string): void {
    const all = this.seen.join('\n');
    expect(all.length).toBeGreaterThan(0);
    for (const [name, secret] of Object.entries(SECRETS)) {
      // The access key says who asks; it is no secret where IAM names it, but nobody needs it here.
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -4)])
        expect(all.includes(form), `${name} is seen: ${place}`).toBe(false);
    }
  }
}

/** Everything of the request, in every spelling that a service might repeat it in. */
function echo({ body, headers, target: path }: Exchange): string {
  const text = body.toString();
  return `${text} ${JSON.stringify(text)} ${encodeURIComponent(text)} ${JSON.stringify(headers)} ${path}`;
}

const FAILURES: Record<string, (exchange: Exchange) => 'before' | Answer> = {
  'a refusal that repeats the request': (exchange) =>
    answerOf(400, { error_code: 'FSS.1009', error_msg: echo(exchange), request_id: echo(exchange) }),
  'a refusal whose code repeats the request': (exchange) => answerOf(403, { error_code: echo(exchange) }),
  'a refusal that repeats the fields one by one': ({ body }) => {
    const text = body.toString();
    const fields = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return answerOf(400, { error_code: 'FSS.1009', error_msg: Object.values(fields).map(String).join(' ') });
  },
  'a conflict': (exchange) => answerOf(409, { error_code: 'FSS.1147', error_msg: echo(exchange) }),
  'a server error in HTML': (exchange) => ({ status: 502, headers: {}, body: Buffer.from(`<html>${echo(exchange)}`) }),
  'a signature that does not match': (exchange) =>
    answerOf(401, {
      error_code: 'APIGW.0301',
      error_msg: `Incorrect IAM authentication information: verify aksk signature fail, canonical request: ${echo(exchange)}`,
    }),
  'an answer that is something else': (exchange) => answerOf(200, { echo: echo(exchange), func_name: echo(exchange) }),
  'an answer that is no JSON': (exchange) => ({ status: 200, headers: {}, body: Buffer.from(echo(exchange)) }),
  'a request id that repeats the request': (exchange) => ({
    ...answerOf(400, {}),
    headers: { 'x-request-id': echo(exchange) },
  }),
  ...Object.fromEntries(
    [SECRETS.accessKey, SECRETS.accessKey.toLowerCase(), SECRETS.token].flatMap((id) => [
      [`a refusal whose request id is ${id}`, () => answerOf(400, { error_code: 'FSS.1009', request_id: id })],
      [
        `a refusal whose header of the request id is ${id}`,
        () => ({ ...answerOf(400, { error_code: `A.${id}`, error: { code: id } }), headers: { 'x-request-id': id } }),
      ],
      [
        `success with the request id ${id}`,
        () => ({
          ...answerOf(200, { request_id: id, result: JSON.stringify({ statusCode: 200, body: id }), log: `x${id}y` }),
          headers: { 'x-request-id': id },
        }),
      ],
    ]),
  ),
  'no answer': () => 'before',
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** A service that repeats credentials in whatever a command prints of its answers. */
const REPEATED: Record<string, string> = {
  'as it is': SECRETS.accessKey,
  'the token': SECRETS.token,
  'the secret key within a text': `a ${SECRETS.secretKey} b`,
  'in small letters': SECRETS.accessKey.toLowerCase(),
  'in base64': base64(`key=${SECRETS.accessKey}`),
  'percent-encoded': [...SECRETS.accessKey].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''),
};

let audience: Audience;
beforeEach(() => {
  audience = new Audience();
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const)
    vi.spyOn(console, method).mockImplementation(audience.sees);
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      audience.sees(String(text));
      return true;
    });
  // A switch for debugging must not show more.
  vi.stubEnv('DEBUG', '*');
  vi.stubEnv('NODE_DEBUG', 'http,https,net');
  vi.stubEnv('SLS_DEBUG', '*');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function deploy(cloud: FakeFunctionGraph, wanted: ServerlessConfig): Promise<void> {
  const where = target(cloud);
  try {
    const plan = await planDeployment({ config: wanted, target: where, root, prune: true });
    audience.sees(plan);
    audience.sees(await applyPlan(plan, { target: where, onEvent: audience.sees }));
  } catch (error) {
    audience.sees(error);
  }
}

describe('no secret is seen', () => {
  it('in what succeeds', async () => {
    const cloud = new FakeFunctionGraph();
    await deploy(cloud, config(''));
    await deploy(cloud, config('-2'));
    const selection = { service: 'oms-sync', stage: 'dev', target: target(cloud) };
    audience.sees(await describeService(selection));
    const plan = await planRollback(selection);
    audience.sees(plan);
    await applyRollback(plan, selection);
    audience.sees(await removeService({ ...selection, onEvent: audience.sees }));

    // They did arrive where they belong.
    expect(cloud.calls.some(({ body }) => body.includes(SECRETS.encrypted))).toBe(true);
    expect(cloud.calls.some(({ body }) => body.includes(SECRETS.password))).toBe(true);
    audience.expectNoSecret('success');
  });

  it.each(Object.entries(FAILURES))('in %s, at whichever call', async (name, failure) => {
    const empty = new FakeFunctionGraph();
    const deployed = new FakeFunctionGraph();
    await deploy(deployed, config(''));
    for (const state of [empty, deployed]) {
      const whole = state.copy();
      await deploy(whole, config('-2'));
      expect(whole.calls.length).toBeGreaterThan(8);
      for (let at = 1; at <= whole.calls.length; at += 1) {
        const cloud = state.copy();
        cloud.interference = (call, exchange) => (call >= at ? failure(exchange) : 'none');
        await deploy(cloud, config('-2'));
      }
    }
    audience.expectNoSecret(name);
  });

  it('in a refusal that repeats plain variables, which may hold some, too', async () => {
    const cloud = new FakeFunctionGraph();
    const environment = { PLAIN: SECRETS.variable };
    cloud.interference = (_, { method, body }) =>
      method === 'GET'
        ? 'none'
        : answerOf(400, { error_code: 'FSS.1009', error_msg: `wrong: ${JSON.parse(body.toString()).user_data}` });

    await deploy(cloud, service({ one: fn('one', { environment }) }));

    expect(audience.seen.join('')).toContain('CreateFunction was refused: wrong:');
    audience.expectNoSecret('plain variables');
  });

  it.each(Object.entries(FAILURES))('in %s of the other commands', async (name, failure) => {
    const cloud = new FakeFunctionGraph();
    await deploy(cloud, config(''));
    await deploy(cloud, config('-2'));
    const selection = { service: 'oms-sync', stage: 'dev', target: target(cloud) };
    const plan = await planRollback(selection);
    cloud.interference = (_, exchange) => failure(exchange);
    const event = { token: SECRETS.token };

    for (const work of [
      () => describeService(selection),
      () => planRollback(selection),
      () => applyRollback(plan, selection),
      () => removeService(selection),
      () => invokeFunction({ ...selection, key: 'one', event: {}, timeout: 1000 }),
      () => invokeFunction({ ...selection, key: 'one', event, async: true }).catch(audience.sees),
      () => readLogs({ ...selection, key: 'one', from: 0 }),
    ])
      if (name.startsWith('an answer') || name.startsWith('success')) await work().then(audience.sees, audience.sees);
      else audience.sees(await work().catch((error: unknown) => error));

    audience.expectNoSecret(name);
  });

  it.each(Object.entries(REPEATED))(
    'where the service repeats it %s in names, labels, logs and results',
    async (name, text) => {
      const cloud = new FakeFunctionGraph();
      await deploy(cloud, config(''));
      const one = cloud.functions.get('oms-sync-dev-one');
      if (!one) throw new Error('not deployed');
      one.latest = {
        ...one.latest,
        user_data: JSON.stringify({ [text]: 'x' }),
        runtime: text,
      };
      one.triggers.push({
        id: 't',
        qualifier: '!live',
        type: 'SMN',
        status: text,
        data: { topic_urn: text, [text]: text },
      });
      one.triggers.push({
        id: 'u',
        qualifier: '!live',
        type: 'APIG',
        status: 'ACTIVE',
        data: { req_method: 'GET', path: `/${text}`, invoke_url: `https://x/${text}` },
      });
      const selection = { service: 'oms-sync', stage: 'dev', target: target(cloud) };
      audience.sees(await describeService(selection));
      audience.sees(await planDeployment({ config: config('-2'), target: selection.target, root, prune: true }));
      audience.sees(await planRollback({ ...selection, only: ['one'], to: 'none' }).catch((error: unknown) => error));
      const answering = (body: unknown, text: string) =>
        target(
          new StubNetwork(
            answerOf(200, { group_id: 'g', stream_id: 's', log: text, result: text, ...(body as object) }),
          ),
        );
      const json = JSON.stringify({
        statusCode: 404,
        body: base64(JSON.stringify({ seen: text })),
        isBase64Encoded: true,
      });
      for (const result of [text, { [text]: text }, json])
        audience.sees(
          await invokeFunction({
            ...selection,
            target: answering({ result }, text),
            key: 'one',
            event: {},
            timeout: 1,
          }),
        );
      const logs = [{ content: text, line_num: '1', labels: { __time__: text } }];
      audience.sees(await readLogs({ ...selection, target: answering({ logs }, text), key: 'one', from: 0 }));
      // Decoded as any reader would, and as the capitals may be.
      audience.seen.push(...audience.seen.map((seen) => seen.toUpperCase()));
      audience.expectNoSecret(name);
      expect(audience.seen.join('')).not.toContain(text.replaceAll('a ', '').slice(0, 20));
    },
  );
});
