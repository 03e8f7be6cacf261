import { describe, expect, it, vi } from 'vitest';
import { Tokens } from '../../../scripts/local/iam/tokens.ts';
import { bodyOf, GOOD, TYPES } from '../../unit/local/functiongraph/triggers/bodies.ts';
import { apiOf, signedHeaders } from './client.ts';
import { APP_CODE, PROJECT_ID, SECRET_KEY, send, start } from './start.ts';

const ECHO = `exports.handler = async (event, context) =>
  ({ statusCode: 200, headers: {}, isBase64Encoded: false, body: JSON.stringify({ event, version: context.getVersion() }) })`;
const LOG = `exports.handler = async (event, context) => { console.log(JSON.stringify(event)) }`;

/** A time of Shanghai, the region's. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the API of triggers', () => {
  it('creates, shows, lists and deletes', async () => {
    const { call, deploy } = apiOf(await start());
    const { live } = await deploy('f', LOG);

    const created = await call('POST', `/fgs/triggers/${live}`, bodyOf('TIMER'));

    const time = expect.stringMatching(TIME);
    const { trigger_id: id } = created.json;
    expect(created.status).toBe(201);
    expect(created.json).toEqual({
      trigger_id: expect.stringMatching(UUID),
      trigger_type_code: 'TIMER',
      trigger_status: 'ACTIVE',
      event_data: GOOD.TIMER,
      last_updated_time: time,
      created_time: time,
    });
    const one = `/fgs/triggers/${live}/TIMER/${id}`;
    expect((await call('GET', one)).json).toEqual(created.json);
    expect((await call('GET', `/fgs/triggers/${live}`)).json).toEqual([created.json]);
    expect((await call('PUT', one, { trigger_status: 'DISABLED' })).json).toEqual({
      ...created.json,
      trigger_status: 'DISABLED',
      last_updated_time: time,
    });
    const deleted = await call('DELETE', one);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await call('GET', `/fgs/triggers/${live}`)).json).toEqual([]);
  });

  it('tells what the gateway has made of a trigger', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy('f', ECHO);

    const { trigger_id: id, event_data: data } = await trigger(live, 'APIG', GOOD.APIG);

    expect(data).toEqual({
      ...GOOD.APIG,
      triggerid: id,
      api_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      api_name: 'API_redrive',
      invoke_url: `${started.fg.gatewayUrl}/redrive/{id}`,
    });
  });

  it('never shows a password, nor writes one', async () => {
    const started = await start();
    const { trigger, deploy, call } = apiOf(started);
    const { live } = await deploy('f', LOG);

    for (const type of ['KAFKA', 'RABBITMQ'] as const) {
      const answer = await trigger(live, type, GOOD[type]);
      expect(JSON.stringify(answer)).not.toContain('secret-of');
      const refused = await call('POST', `/fgs/triggers/${live}`, bodyOf(type, { batch_size: -1 }));
      expect(refused.text).not.toContain('secret-of');
    }
    expect((await call('GET', `/fgs/triggers/${live}`)).text).not.toContain('secret-of');
    expect(JSON.stringify(started.logs)).not.toContain('secret-of');
  });

  it('deletes all triggers of an alias, and those of the function with it', async () => {
    const { trigger, deploy, call } = apiOf(await start());
    const { urn, live } = await deploy('f', LOG);
    const names = async (of: string): Promise<string[]> =>
      (await call('GET', `/fgs/triggers/${of}`)).json.map(
        (one: { event_data: { name: string } }) => one.event_data.name,
      );
    await trigger(live, 'TIMER', GOOD.TIMER);
    await trigger(urn, 'TIMER', { ...GOOD.TIMER, name: 'latest' });

    expect((await call('DELETE', `/fgs/triggers/${live}`)).status).toBe(204);
    expect([await names(live), await names(urn)]).toEqual([[], ['latest']]);

    expect((await call('DELETE', `/fgs/functions/${urn}`)).status).toBe(204);
    expect((await call('GET', `/fgs/triggers/${urn}`)).json).toMatchObject({ error_code: 'FSS.1051' });
    await deploy('f', LOG);
    expect(await names(urn)).toEqual([]);
  });

  it('keeps an alias as long as it has triggers', async () => {
    const { trigger, deploy, call } = apiOf(await start());
    const { urn, live } = await deploy('f', LOG);
    await trigger(live, 'TIMER', GOOD.TIMER);

    const refused = await call('DELETE', `/fgs/functions/${urn}/aliases/live`);
    expect([refused.status, refused.json.error_code]).toEqual([403, 'FSS.1154']);
    await call('DELETE', `/fgs/triggers/${live}`);
    expect((await call('DELETE', `/fgs/functions/${urn}/aliases/live`)).status).toBe(204);
  });

  it.each([
    ['GET', 'TIMER/nope', undefined, 500, 'FSS.0500'],
    ['DELETE', 'TIMER/nope', undefined, 404, 'FSS.1140'],
    ['DELETE', 'EVENTGRID/nope', undefined, 404, 'FSS.1131'],
    ['PUT', 'APIG/nope', {}, 404, 'FSS.1138'],
    ['DELETE', 'NOPE/nope', undefined, 404, 'FSS.1137'],
    ['GET', 'constructor/nope', undefined, 404, 'FSS.1137'],
  ])('answers %s %s of nothing', async (method, path, body, status, code) => {
    const { deploy, call } = apiOf(await start());
    const { live } = await deploy('f', LOG);

    const answer = await call(method, `/fgs/triggers/${live}/${path}`, body);

    expect([answer.status, answer.json]).toEqual([
      status,
      { error_code: code, error_msg: expect.any(String), request_id: expect.any(String) },
    ]);
  });

  it('refuses who has not signed, and another project', async () => {
    const started = await start();
    const { live } = await apiOf(started).deploy('f', LOG);
    const path = `/v2/${PROJECT_ID}/fgs/triggers/${live}`;

    expect((await send('GET', started.fg.url, path)).status).toBe(401);
    const wrong = signedHeaders('GET', started.fg.url, path, undefined, { accessKey: 'AKTEST', secretKey: 'x' });
    expect((await send('GET', started.fg.url, path, { headers: wrong })).status).toBe(401);
    const other = path.replace(PROJECT_ID, 'other');
    const headers = signedHeaders('GET', started.fg.url, other, undefined);
    expect((await send('GET', started.fg.url, other, { headers })).status).toBe(403);
  });

  it('takes whatever is sent without an error of its own', async () => {
    const started = await start();
    const { deploy, call } = apiOf(started);
    const { live } = await deploy('f', LOG);
    const hostile = [
      { event_data: { __proto__: null } },
      JSON.parse('{"__proto__": {"trigger_type_code": "TIMER"}, "event_data": {"__proto__": {"name": "a"}}}'),
      { trigger_type_code: ['TIMER'], event_data: GOOD.TIMER },
      { trigger_type_code: 'TIMER', event_data: JSON.stringify(GOOD.TIMER) },
      { trigger_type_code: 'TIMER', event_data: { ...GOOD.TIMER, name: 'x'.repeat(100_000) } },
      { trigger_type_code: 'TIMER', event_data: { ...GOOD.TIMER, schedule: `@every ${'1h'.repeat(50_000)}` } },
      {
        trigger_type_code: 'TIMER',
        event_data: { ...GOOD.TIMER, schedule_type: 'Cron', schedule: `${'*/'.repeat(99)}` },
      },
      { trigger_type_code: 'APIG', event_data: { ...GOOD.APIG, path: `/${'{'.repeat(500)}` } },
      { trigger_type_code: 'APIG', event_data: { ...GOOD.APIG, path: `/${'{a}/'.repeat(5000)}` } },
      { trigger_type_code: 'APIG', event_data: { ...GOOD.APIG, func_info: null } },
      { trigger_type_code: 'OBS', event_data: { bucket: { toString: 'x' }, events: { length: 1 } } },
      { trigger_type_code: 'EVENTGRID', event_data: { ...GOOD.EVENTGRID, event_types: Array(10_000).fill('a') } },
      { trigger_type_code: 'SMN', event_data: { topic_urn: '\u0000' } },
      { trigger_type_code: 'EVENTGRID', trigger_status: { a: 1 }, event_data: GOOD.EVENTGRID },
    ];

    for (const body of hostile) {
      const answer = await call('POST', `/fgs/triggers/${live}`, body);
      expect([answer.status, answer.json.error_code], JSON.stringify(body).slice(0, 100)).toEqual([
        400,
        expect.stringMatching(/^FSS\.\d{4}$/),
      ]);
    }
    for (const urn of ['%', '..', 'urn:fss:::::', '%00', 'constructor', encodeURIComponent(`${live}/../x`)]) {
      const answer = await call('GET', `/fgs/triggers/${urn}`);
      expect([400, 404], urn).toContain(answer.status);
    }
    expect((await call('GET', `/fgs/triggers/${live}`)).json).toEqual([]);
    expect(started.logs.filter(({ level }) => level === 'ERROR')).toEqual([]);
  });
});

describe('a route of an APIG trigger', () => {
  const call = (url: string, headers: Record<string, string> = {}, path = '/redrive/7') =>
    send('POST', url, path, { headers });

  it.each(['IAM', 'APP', 'NONE'] as const)(
    'with authentication %s lets pass who shows it, and nobody else',
    async (auth) => {
      const tokens = new Tokens();
      const started = await start({ tokens });
      const { trigger, deploy } = apiOf(started);
      const { live } = await deploy('f', ECHO);
      await trigger(live, 'APIG', { ...GOOD.APIG, auth });
      const url = started.fg.gatewayUrl;
      const { token } = tokens.issue('AKTEST');
      const status = async (headers?: Record<string, string>): Promise<number> => (await call(url, headers)).status;
      const signed = signedHeaders('POST', url, '/redrive/7', undefined);

      const open = auth === 'NONE' ? 200 : 401;
      expect({
        nothing: await status(),
        signature: await status(signed),
        wrongSignature: await status({ ...signed, authorization: signed['authorization']?.replace(/.$/, 'x') ?? '' }),
        token: await status({ 'X-Auth-Token': token }),
        wrongToken: await status({ 'X-Auth-Token': `${token}x` }),
        appCode: await status({ 'X-Apig-AppCode': APP_CODE }),
        wrongAppCode: await status({ 'X-Apig-AppCode': `${APP_CODE}x` }),
      }).toEqual({
        nothing: open,
        signature: 200,
        wrongSignature: open,
        token: auth === 'APP' ? 401 : 200,
        wrongToken: open,
        appCode: auth === 'IAM' ? 401 : 200,
        wrongAppCode: open,
      });
    },
  );

  it('accepts no token that has expired, and none where there is no IAM', async () => {
    let now = Date.now();
    const tokens = new Tokens(() => now);
    const { token } = tokens.issue('AKTEST', 1000);
    const started = await start({ tokens });
    const { trigger, deploy } = apiOf(started);
    await trigger((await deploy('f', ECHO)).live, 'APIG', GOOD.APIG);

    expect((await call(started.fg.gatewayUrl, { 'X-Auth-Token': token })).status).toBe(200);
    now += 1000;
    expect((await call(started.fg.gatewayUrl, { 'X-Auth-Token': token })).status).toBe(401);

    const alone = await start();
    const other = apiOf(alone);
    await other.trigger((await other.deploy('f', ECHO)).live, 'APIG', GOOD.APIG);
    expect((await call(alone.fg.gatewayUrl, { 'X-Auth-Token': token })).status).toBe(401);
  });

  it('withholds from the function what authenticated its caller', async () => {
    const tokens = new Tokens();
    const started = await start({ tokens });
    const { trigger, deploy } = apiOf(started);
    await trigger((await deploy('f', ECHO)).live, 'APIG', GOOD.APIG);
    const { token } = tokens.issue('AKTEST');

    const { text } = await call(started.fg.gatewayUrl, { 'X-Auth-Token': token });

    expect(text).not.toContain(token);
    expect(text).not.toContain(SECRET_KEY);
  });

  it('follows its alias to another version at once', async () => {
    const started = await start();
    const { trigger, deploy, call: api } = apiOf(started);
    const { urn, live } = await deploy('f', ECHO);
    await trigger(live, 'APIG', { ...GOOD.APIG, auth: 'NONE' });
    const version = async (): Promise<string> => (await call(started.fg.gatewayUrl)).json.version;

    expect(await version()).toBe('v1');
    const config = { func_name: 'f', runtime: 'Node.js20.15', timeout: 11, handler: 'index.handler', memory_size: 128 };
    expect((await api('PUT', `/fgs/functions/${urn}/config`, config)).status).toBe(200);
    expect(await version()).toBe('v1');
    await api('POST', `/fgs/functions/${urn}/versions`, { version: 'v2' });
    expect(await version()).toBe('v1');
    expect((await api('PUT', `/fgs/functions/${urn}/aliases/live`, { version: 'v2' })).status).toBe(200);
    expect(await version()).toBe('v2');
  });

  it('answers 202 at once when it is asynchronous', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy('f', LOG);
    const func_info = { timeout: 1000, invocation_type: 'async' };
    await trigger(live, 'APIG', { ...GOOD.APIG, auth: 'NONE', func_info });

    const answer = await call(started.fg.gatewayUrl);
    await started.fg.idle();

    expect([answer.status, answer.json]).toEqual([202, { request_id: expect.any(String) }]);
    const lines = started.logs.filter(({ requestId }) => requestId === answer.json.request_id);
    expect(lines.map(({ function: fn, text }) => [fn, JSON.parse(text).pathParameters])).toEqual([['f', { id: '7' }]]);
  });

  it('answers 504 after the milliseconds that it declares', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy(
      'f',
      'exports.handler = (event, context) => new Promise((resolve) => setTimeout(resolve, 400))',
    );
    await trigger(live, 'APIG', { ...GOOD.APIG, auth: 'NONE', func_info: { timeout: 50 } });

    const answer = await call(started.fg.gatewayUrl);

    expect([answer.status, answer.json.error_code]).toEqual([504, 'APIG.0203']);
  });

  it('is there for paths below it when it matches by prefix', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy('f', ECHO);
    const other = await deploy('g', ECHO);
    await trigger(live, 'DEDICATEDGATEWAY', { ...GOOD.DEDICATEDGATEWAY, path: '/a', auth: 'NONE' });
    await trigger(other.live, 'APIG', { ...GOOD.APIG, path: '/a/exact', auth: 'APP' });
    const status = async (path: string): Promise<number> => (await call(started.fg.gatewayUrl, {}, path)).status;

    expect([await status('/a'), await status('/a/b/c'), await status('/ab'), await status('/a/exact')]).toEqual([
      200, 200, 404, 401,
    ]);
  });

  it('is there for requests that name its environment', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy('f', ECHO);
    await trigger(live, 'APIG', { ...GOOD.APIG, auth: 'NONE', env_name: 'TEST' });

    expect((await call(started.fg.gatewayUrl)).status).toBe(404);
    expect((await call(started.fg.gatewayUrl, { 'X-Stage': 'RELEASE' })).status).toBe(404);
    const answer = await call(started.fg.gatewayUrl, { 'X-Stage': 'TEST' });
    expect([answer.status, answer.json.event.requestContext.stage]).toEqual([200, 'TEST']);
  });

  it('is served by the newer one where another gateway has the same', async () => {
    const started = await start();
    const { trigger, deploy, call: api } = apiOf(started);
    const [f, g] = [
      await deploy('f', ECHO),
      await deploy('g', ECHO.replace('{ event, version', '{ event: {}, version')),
    ];
    const apig = { ...GOOD.APIG, auth: 'NONE' };
    await trigger(f.live, 'APIG', apig);
    const { trigger_id: id } = await trigger(g.live, 'DEDICATEDGATEWAY', { ...apig, instance_id: 'gateway-1' });
    const served = async (): Promise<unknown> => (await call(started.fg.gatewayUrl)).json.event.httpMethod ?? 'newer';

    expect(await served()).toBe('newer');
    await api('DELETE', `/fgs/triggers/${g.live}/DEDICATEDGATEWAY/${id}`);
    expect(await served()).toBe('POST');
  });

  it('is gone with its trigger', async () => {
    const started = await start();
    const { trigger, deploy, call: api } = apiOf(started);
    const { live } = await deploy('f', ECHO);
    const { trigger_id: id } = await trigger(live, 'APIG', { ...GOOD.APIG, auth: 'NONE' });

    expect((await call(started.fg.gatewayUrl)).status).toBe(200);
    await api('DELETE', `/fgs/triggers/${live}/APIG/${id}`);
    expect((await call(started.fg.gatewayUrl)).status).toBe(404);
  });
});

describe('a timer', () => {
  it('calls its alias, and can be fired by the name of its function', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy('service-local-redrive', LOG);
    await trigger(live, 'TIMER', GOOD.TIMER);

    await started.fg.fireTimer('service-local-redrive', 'redrive');
    await started.fg.fireTimer('redrive', 'redrive');
    await started.fg.idle();

    const events = started.logs.filter(({ level }) => level === 'INFO').map(({ text }) => JSON.parse(text));
    expect(events).toEqual(
      Array(2).fill({
        version: 'v2.0',
        time: expect.stringMatching(TIME),
        trigger_type: 'TIMER',
        trigger_name: 'redrive',
        user_event: '{}',
      }),
    );
    expect(started.fg.stats().timers).toEqual([
      { function: 'service-local-redrive', name: 'redrive', schedule: 'Rate 15m', next: expect.any(String) },
    ]);
  });

  it('fires by itself when its time has come', async () => {
    const started = await start();
    const { trigger, deploy } = apiOf(started);
    const { live } = await deploy('f', LOG);
    await trigger(live, 'TIMER', { ...GOOD.TIMER, schedule_type: 'Cron', schedule: '@every 1s' });

    await vi.waitFor(() => expect(started.logs.some(({ text }) => text.includes('"TIMER"'))).toBe(true), 15_000);
  });
});

describe('after a restart', () => {
  it('triggers of every type are as they were, and at work', async () => {
    const first = await start();
    const { trigger, deploy, call } = apiOf(first);
    const { live } = await deploy('f', ECHO);
    for (const type of TYPES.filter((name) => name !== 'OBS' && name !== 'DEDICATEDGATEWAY'))
      await trigger(live, type, type === 'APIG' ? { ...GOOD.APIG, auth: 'APP' } : GOOD[type]);
    const before = (await call('GET', `/fgs/triggers/${live}`)).json;
    await first.fg.close();

    const lists: unknown[] = [];
    const second = await start({ dataDir: first.dataDir, onBucketTriggers: (triggers) => lists.push(triggers) });

    const after = (await apiOf(second).call('GET', `/fgs/triggers/${live}`)).json;
    const withoutAddress = (list: { event_data: object }[]): unknown =>
      list.map((one) => ({ ...one, event_data: { ...one.event_data, invoke_url: '' } }));
    expect(withoutAddress(after)).toEqual(withoutAddress(before));
    expect(lists).toEqual([[expect.objectContaining({ type: 'EVENTGRID', target: live, keyEncode: true })]]);
    expect(second.fg.stats().timers).toEqual([expect.objectContaining({ name: 'redrive' })]);
    const route = await send('POST', second.fg.gatewayUrl, '/redrive/7', { headers: { 'X-Apig-AppCode': APP_CODE } });
    expect(route.status).toBe(200);
    expect((await send('POST', second.fg.gatewayUrl, '/redrive/7')).status).toBe(401);
  });
});
