import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen, PortInUseError } from '../../../scripts/local/listen.ts';
import { ACCESS_KEY, type Answer, APP_CODE, PROJECT_ID, SECRET_KEY, send, start } from './start.ts';

const URN = `urn:fss:cn-north-4:${PROJECT_ID}:function:default:service-local-f`;

function signed(base: string, path: string, body: string, secretKey = SECRET_KEY): Record<string, string> {
  const host = new URL(base).host;
  const date = `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const encoded = path
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  const canonical = `POST\n${encoded}/\n\nhost:${host}\nx-sdk-date:${date}\n\nhost;x-sdk-date\n${sha(body)}`;
  const signature = createHmac('sha256', secretKey)
    .update(`SDK-HMAC-SHA256\n${date}\n${sha(canonical)}`)
    .digest('hex');
  return {
    host,
    'x-sdk-date': date,
    authorization: `SDK-HMAC-SHA256 Access=${ACCESS_KEY}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
  };
}

function call(base: string, path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send('POST', base, path, { body, headers: { ...signed(base, path, body), ...headers } });
}

const path = (urn: string, operation = 'invocations'): string => `/v2/${PROJECT_ID}/fgs/functions/${urn}/${operation}`;

describe('invocation API', () => {
  it.each([URN, `${URN}:latest`, encodeURIComponent(URN)])('invokes %s', async (urn) => {
    const { fg, deploy } = await start();
    await deploy('exports.handler = async (event, context) => ({ got: event })');

    const answer = await call(fg.url, path(urn), '{"a":1}');

    expect([answer.status, answer.json]).toEqual([200, { got: { a: 1 } }]);
    expect(answer.headers).toMatchObject({
      'x-func-err-code': '0',
      'x-is-func-err': 'false',
      'x-cff-response-version': 'v0',
    });
    expect(answer.headers['x-cff-request-id']).toEqual(expect.any(String));
  });

  it('wraps the result for request version v1', async () => {
    const { fg, deploy } = await start();
    await deploy(
      'exports.handler = async (event, context) => { console.log("x".repeat(3000)); console.log("end"); return { a: 1 } }',
    );

    const quiet = await call(fg.url, path(URN), '{}', { 'X-CFF-Request-Version': 'v1' });
    const loud = await call(fg.url, path(URN), '{}', { 'X-CFF-Request-Version': 'v1', 'X-Cff-Log-Type': 'tail' });

    expect(quiet.json).toEqual({ request_id: expect.any(String), status: 200, log: '', result: '{"a":1}' });
    expect(loud.json.log).toBe(`${'x'.repeat(1995)}\nend\n`);
    expect(Buffer.from(String(loud.headers['x-cff-function-log']), 'base64').toString()).toBe(loud.json.log);
  });

  it('delivers the error of a function with its code', async () => {
    const { fg, deploy } = await start();
    await deploy('exports.handler = async (event, context) => { throw new Error("no") }');

    const answer = await call(fg.url, path(URN), '{}');

    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'x-func-err-code': '4002', 'x-is-func-err': 'true' });
    expect(answer.json).toMatchObject({ errorMessage: 'function invocation exception, error: no', errorType: 'Error' });
  });

  it('invokes asynchronously with 202', async () => {
    const { fg, deploy, logs } = await start();
    await deploy('exports.handler = async (event, context) => { console.log(event.a) }');

    const answer = await call(fg.url, path(URN, 'invocations-async'), '{"a":1}');
    await fg.idle();

    expect([answer.status, answer.json]).toEqual([202, { request_id: logs[0]?.requestId }]);
  });

  it('refuses what is wrong', async () => {
    const { fg, deploy } = await start();
    await deploy('exports.handler = async (event, context) => {}');
    const status = async (answer: Promise<Answer>): Promise<number> => (await answer).status;

    expect(await status(send('POST', fg.url, path(URN), { body: '{}' }))).toBe(401);
    expect(
      await status(send('POST', fg.url, path(URN), { body: '{}', headers: signed(fg.url, path(URN), '{}', 'x') })),
    ).toBe(401);
    expect(await status(send('POST', fg.url, path(URN), { headers: { 'X-Apig-AppCode': APP_CODE } }))).toBe(401);
    expect(await status(call(fg.url, path(URN).replace(PROJECT_ID, 'other'), '{}'))).toBe(403);
    expect(await status(call(fg.url, path(`${URN}x`), '{}'))).toBe(404);
    expect(await status(call(fg.url, path(URN), '{'))).toBe(400);
    expect(await status(call(fg.url, path(URN, 'invocations-async'), `"${'x'.repeat(262_143)}"`))).toBe(413);
    expect(await status(send('GET', fg.url, path(URN)))).toBe(405);
    expect(await status(send('GET', fg.url, '/v2/other'))).toBe(404);
  });

  it('shows its status', async () => {
    const { fg, deploy } = await start();
    await deploy('exports.handler = async (event, context) => {}');

    const { status, json } = await send('GET', fg.url, '/_status');

    expect(status).toBe(200);
    expect(json).toMatchObject({ functions: { f: { instances: 0, busy: 0 } }, async: { waiting: 0 }, timers: [] });
  });
});

const timer = {
  name: 'nightly',
  type: 'Cron' as const,
  schedule: 'CRON_TZ=Asia/Shanghai 0 30 2 * * *',
  enabled: false,
};

describe('timer API', () => {
  it('fires a timer now, disabled or not, with the event of a TIMER trigger', async () => {
    const { fg, deploy, logs } = await start({ now: () => Date.UTC(2023, 5, 1, 0, 30) });
    await deploy('exports.handler = async (event, context) => { console.log(JSON.stringify(event)) }', {
      events: [{ timer: { ...timer, userEvent: 'User Event' } }],
    });

    const { status } = await send('POST', fg.url, '/_timers/f/nightly/fire');
    await fg.idle();

    expect(status).toBe(202);
    expect(JSON.parse(logs[0]?.text ?? '')).toEqual({
      version: 'v2.0',
      time: '2023-06-01T08:30:00+08:00',
      trigger_type: 'TIMER',
      trigger_name: 'nightly',
      user_event: 'User Event',
    });
    expect((await send('POST', fg.url, '/_timers/f/other/fire')).status).toBe(404);
    expect((await send('GET', fg.url, '/_timers/f/nightly/fire')).status).toBe(405);
  });
});

describe('deployment', () => {
  it('lets running calls finish on the code before it', async () => {
    const { deploy, run } = await start();
    const code = (version: number): string =>
      `exports.handler = (event, context) => new Promise((resolve) => setTimeout(resolve, event.wait, ${version}))`;
    await deploy(code(1));
    await run({ wait: 0 });
    const running = run({ wait: 150 });

    await deploy(code(2));

    expect((await run({ wait: 0 })).payload).toBe('2');
    expect((await running).payload).toBe('1');
  });
});

describe('ports', () => {
  it('that are taken are one clear error, and nothing stays behind', async () => {
    const server = createServer();
    const port = await listen(server, { host: '127.0.0.1', port: 0, what: 'the test' });
    try {
      const error = await start({ port }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PortInUseError);
      expect(error).toMatchObject({ port, message: `Port ${port} for FunctionGraph is already in use` });
      await expect(start({ gatewayPort: port })).rejects.toThrow(`Port ${port} for the gateway is already in use`);
    } finally {
      server.close();
    }
  });
});
