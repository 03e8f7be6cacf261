import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ACCESS_KEY, type Answer, APP_CODE, route, SECRET_KEY, type Started, send, start } from './start.ts';

/** The vendor's signer: the oracle of the gateway's verification. */
const { AKSKSigner } = createRequire(import.meta.url)('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner');

const ECHO = `exports.handler = async (event, context) =>
  ({ statusCode: 200, headers: { 'content-type': 'application/json' }, isBase64Encoded: false, body: JSON.stringify(event) })`;
const BY_CODE = { 'X-Apig-AppCode': APP_CODE };

async function echo(
  options?: Parameters<typeof start>[0],
  path = '/sync-tasks/{sync_task_id}/events',
): Promise<Started> {
  const started = await start(options);
  await started.deploy(ECHO, { events: [route(path)] });
  return started;
}

function signed(
  method: string,
  base: string,
  path: string,
  key: { accessKey: string; secretKey: string; securityToken?: string },
  options: { headers?: Record<string, string>; body?: unknown; query?: Record<string, string> } = {},
): Record<string, string> {
  const headers = {
    host: new URL(base).host,
    ...(key.securityToken ? { 'x-security-token': key.securityToken } : {}),
    ...options.headers,
  };
  return {
    ...headers,
    ...AKSKSigner.sign(
      { endpoint: `${base}${path}`, url: path, method, headers, data: options.body, queryParams: options.query ?? {} },
      { getAk: () => key.accessKey, getSk: () => key.secretKey },
    ),
  };
}

const KEY = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };

describe('event', () => {
  it('has the shape of the APIG trigger', async () => {
    const { fg } = await echo();

    const answer = await send('POST', fg.gatewayUrl, '/sync-tasks/t%2F1/events?a=1&b=x+y%20z', {
      headers: { ...BY_CODE, 'X-Custom-Name': 'Value', 'content-type': 'text/plain' },
      body: 'héllo',
    });

    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      body: Buffer.from('héllo').toString('base64'),
      isBase64Encoded: true,
      httpMethod: 'POST',
      path: '/sync-tasks/t%2F1/events',
      pathParameters: { sync_task_id: 't%2F1' },
      queryStringParameters: { a: '1', b: 'x y z' },
      requestContext: {
        apiId: expect.stringMatching(/^[0-9a-f]{32}$/),
        requestId: answer.headers['x-request-id'],
        stage: 'RELEASE',
      },
      headers: expect.objectContaining({
        'x-custom-name': 'Value',
        'content-type': 'text/plain',
        'x-request-id': answer.headers['x-request-id'],
        'x-forwarded-proto': 'http',
        'x-real-ip': '127.0.0.1',
      }),
    });
    expect(Object.keys(answer.json.headers)).toEqual(
      Object.keys(answer.json.headers).map((name) => name.toLowerCase()),
    );
  });

  it('has an empty body, marked as base64, when the request has none', async () => {
    const { fg, deploy } = await start();
    await deploy(ECHO, { events: [route('/a', { method: 'GET' })] });

    const { json } = await send('GET', fg.gatewayUrl, '/a', { headers: BY_CODE });

    expect(json).toMatchObject({ body: '', isBase64Encoded: true, pathParameters: {}, queryStringParameters: {} });
  });

  it('does not carry what authenticated the caller', async () => {
    const { fg } = await echo();

    const { text } = await send('POST', fg.gatewayUrl, '/sync-tasks/t/events', { headers: BY_CODE });

    expect(text).not.toContain(APP_CODE);
  });

  it('carries every value of a parameter that is there twice', async () => {
    const { fg } = await echo();

    const { json } = await send('POST', fg.gatewayUrl, '/sync-tasks/t/events?a=1&b=x&a=2&a=1', { headers: BY_CODE });

    expect(json.queryStringParameters).toEqual({ a: ['1', '2', '1'], b: 'x' });
  });

  it.each([
    ['named', { sync_task_id: 't' }],
    ['empty-key', { '': 't' }],
    ['absent', undefined],
  ] as const)('carries path parameters %s', async (pathParameters, expected) => {
    const { fg } = await echo({ pathParameters });

    const { json } = await send('POST', fg.gatewayUrl, '/sync-tasks/t/events', { headers: BY_CODE });

    expect(json.pathParameters).toEqual(expected);
    expect(json.path).toBe('/sync-tasks/t/events');
  });

  it.each(['/sync-tasks/../events', '/sync-tasks/%2e%2e/events', '/sync-tasks/a%00b/events', '/sync-tasks/%zz/events'])(
    'has the path %s as sent',
    async (path) => {
      const { fg } = await echo();

      const { json } = await send('POST', fg.gatewayUrl, path, { headers: BY_CODE });

      expect(json.path).toBe(path);
      expect(json.pathParameters.sync_task_id).toBe(path.split('/')[2]);
    },
  );
});

describe('authentication', () => {
  const PATH = '/sync-tasks/t/events';
  const refused = (answer: Answer, code: string): void => {
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error_code: code,
      error_msg: expect.any(String),
      request_id: answer.headers['x-request-id'],
    });
    for (const secret of [APP_CODE, SECRET_KEY, ACCESS_KEY]) expect(answer.text).not.toContain(secret);
  };

  it('refuses a request without any', async () => {
    const { fg } = await echo();
    refused(await send('POST', fg.gatewayUrl, PATH), 'APIG.0303');
  });

  it.each(['', 'wrong', `${APP_CODE}x`])('refuses the AppCode "%s"', async (code) => {
    const { fg } = await echo();
    refused(await send('POST', fg.gatewayUrl, PATH, { headers: { 'X-Apig-AppCode': code } }), 'APIG.0303');
  });

  it('lets an open route pass without', async () => {
    const { fg, deploy } = await start();
    await deploy(ECHO, { events: [route('/open', { auth: 'NONE' })] });

    expect((await send('POST', fg.gatewayUrl, '/open')).status).toBe(200);
  });

  it('accepts no AppCode on an IAM route', async () => {
    const { fg, deploy } = await start();
    await deploy(ECHO, { events: [route('/iam', { auth: 'IAM' })] });

    refused(await send('POST', fg.gatewayUrl, '/iam', { headers: BY_CODE }), 'APIG.0301');
  });

  it.each(['IAM', 'APP'] as const)('accepts a signature on a route with %s', async (auth) => {
    const { fg, deploy } = await start();
    await deploy(ECHO, { events: [route('/s/{id}', { auth })] });
    const body = { keys: ['a b'] };
    const headers = signed('POST', fg.gatewayUrl, '/s/x', KEY, {
      body,
      headers: { 'content-type': 'application/json' },
    });

    const answer = await send('POST', fg.gatewayUrl, '/s/x', { headers, body: JSON.stringify(body) });

    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('SDK-HMAC');
  });

  it('accepts temporary credentials with their token only', async () => {
    const { fg, accounts } = await echo();
    const key = accounts.issueTemporary();
    const call = (headers: Record<string, string>): Promise<Answer> => send('POST', fg.gatewayUrl, PATH, { headers });

    const good = signed('POST', fg.gatewayUrl, PATH, key);
    expect((await call(good)).status).toBe(200);
    const { securityToken: _, ...bare } = key;
    refused(await call(signed('POST', fg.gatewayUrl, PATH, bare)), 'APIG.0303');
    refused(await call(signed('POST', fg.gatewayUrl, PATH, { ...key, securityToken: 'other' })), 'APIG.0303');
  });

  it('refuses a signature with the wrong key, for another body, path or time', async () => {
    let now = Date.now();
    const { fg } = await echo({ now: () => now });
    const headers = signed('POST', fg.gatewayUrl, PATH, KEY, { body: 'a' });
    const call = (path: string, with_: Record<string, string>, body = '"a"'): Promise<Answer> =>
      send('POST', fg.gatewayUrl, path, { headers: with_, body });

    expect((await call(PATH, headers)).status).toBe(200);
    refused(await call(PATH, headers, '"b"'), 'APIG.0303');
    refused(await call('/sync-tasks/other/events', headers), 'APIG.0303');
    refused(
      await call(PATH, signed('POST', fg.gatewayUrl, PATH, { ...KEY, secretKey: 'x' }, { body: 'a' })),
      'APIG.0303',
    );
    refused(
      await call(PATH, signed('POST', fg.gatewayUrl, PATH, { ...KEY, accessKey: 'x' }, { body: 'a' })),
      'APIG.0303',
    );
    now += 16 * 60_000;
    refused(await call(PATH, headers), 'APIG.0303');
  });
});

describe('routing', () => {
  it('answers 404 for an unknown path, and for another method as the table of the vendor says', async () => {
    const { fg } = await echo();

    const unknown = await send('POST', fg.gatewayUrl, '/nowhere', { headers: BY_CODE });
    expect([unknown.status, unknown.json.error_code]).toEqual([404, 'APIG.0101']);
    const method = await send('DELETE', fg.gatewayUrl, '/sync-tasks/t/events', { headers: BY_CODE });
    expect([method.status, method.headers['allow']]).toEqual([404, 'POST']);
  });

  it('follows a new deployment', async () => {
    const { fg, deploy } = await echo();
    await deploy(ECHO, { events: [route('/new')] });

    expect((await send('POST', fg.gatewayUrl, '/sync-tasks/t/events', { headers: BY_CODE })).status).toBe(404);
    expect((await send('POST', fg.gatewayUrl, '/new', { headers: BY_CODE })).status).toBe(200);
  });

  it('belong to one function each, whatever their parameters are called', async () => {
    const { deploy } = await echo();

    await expect(deploy(ECHO, { events: [route('/sync-tasks/{id}/events')] }, 'other')).rejects.toThrow(
      'POST /sync-tasks/{id}/events of other is already a route of f',
    );
    await deploy(ECHO, { events: [route('/sync-tasks/{id}/events', { method: 'GET' })] }, 'other');
  });

  it('answers 413 to a body of more than 12 MB, and to an event of more than 6 MB', async () => {
    const { fg } = await echo();
    const call = (bytes: number): Promise<Answer> =>
      send('POST', fg.gatewayUrl, '/sync-tasks/t/events', { headers: BY_CODE, body: Buffer.alloc(bytes) });

    expect((await call(5 * 1024 * 1024)).status).toBe(413);
    expect((await call(12 * 1024 * 1024)).status).toBe(413);
    expect((await call(13 * 1024 * 1024)).json).toMatchObject({ error_code: 'APIG.0201' });
  });
});

describe('response', () => {
  async function answerOf(handler: string, changes = {}, options = {}): Promise<Answer> {
    const { fg, deploy } = await start(options);
    await deploy(`exports.handler = ${handler}`, { events: [route('/r')], ...changes });
    return send('POST', fg.gatewayUrl, '/r', { headers: BY_CODE });
  }

  it('is what the function says', async () => {
    const answer = await answerOf(
      `async (e, c) => ({ statusCode: 207, headers: { 'X-Own': 'ü', 'Content-Type': 'text/plain' }, isBase64Encoded: true, body: Buffer.from('bytes').toString('base64') })`,
    );

    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([207, 'text/plain', 'bytes']);
  });

  it('may be empty with 204', async () => {
    const answer = await answerOf(
      `async (e, c) => ({ statusCode: 204, headers: {}, isBase64Encoded: false, body: '' })`,
    );

    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([204, '', undefined]);
  });

  it.each([
    ['no object', `async (e, c) => 'text'`],
    ['no statusCode', `async (e, c) => ({ headers: {}, isBase64Encoded: false, body: '' })`],
    ['a text as statusCode', `async (e, c) => ({ statusCode: '200', headers: {}, isBase64Encoded: false, body: '' })`],
    ['no headers', `async (e, c) => ({ statusCode: 200, isBase64Encoded: false, body: '' })`],
    ['no isBase64Encoded', `async (e, c) => ({ statusCode: 200, headers: {}, body: '' })`],
    ['an object as body', `async (e, c) => ({ statusCode: 200, headers: {}, isBase64Encoded: false, body: {} })`],
    [
      'several values of a header',
      `async (e, c) => ({ statusCode: 200, headers: { a: ['1', '2'] }, isBase64Encoded: false, body: '' })`,
    ],
    [
      'a header with a line end',
      `async (e, c) => ({ statusCode: 200, headers: { a: '1\\r\\nb: 2' }, isBase64Encoded: false, body: '' })`,
    ],
    ['an error', `async (e, c) => { throw new Error('inside') }`],
    ['an entry error', `async () => {}`],
    ['a crash', `async (e, c) => process.exit(1)`],
  ])('is 500 for %s, without its details', async (_, handler) => {
    const answer = await answerOf(handler);

    expect(answer.status).toBe(500);
    expect(Object.keys(answer.json)).toEqual(['error_code', 'error_msg', 'request_id']);
    expect(answer.text).not.toContain('inside');
  });

  it.each([
    ['the function', { timeout: 0.1 }, {}],
    ['the gateway', { timeout: 0.6 }, { gatewayTimeout: 300 }],
  ])('is 504 after the timeout of %s', async (_, changes, options) => {
    const answer = await answerOf('(e, c) => new Promise(() => {})', changes, options);

    expect([answer.status, answer.json.error_code]).toEqual([504, 'APIG.0203']);
  });

  it('is 202 with a request id at once when the route is asynchronous', async () => {
    const { fg, deploy, logs } = await start();
    await deploy(`exports.handler = async (e, c) => { console.log('ran', e.httpMethod) }`, {
      events: [route('/later', { async: true })],
    });

    const answer = await send('POST', fg.gatewayUrl, '/later', { headers: BY_CODE });
    await fg.idle();

    expect([answer.status, answer.json]).toEqual([202, { request_id: expect.any(String) }]);
    expect(logs).toEqual([expect.objectContaining({ text: 'ran POST', requestId: answer.json.request_id })]);
  });

  describe('of an asynchronous route', () => {
    const later = { events: [route('/later/{id}', { async: true })] };

    it('gives the function the event that a synchronous one would give it', async () => {
      const { fg, deploy, logs } = await start();
      await deploy('exports.handler = async (e, c) => { console.log(JSON.stringify(e)) }', later);

      const answer = await send('POST', fg.gatewayUrl, '/later/7?a=b', { headers: BY_CODE, body: '{"x":"雪"}' });
      await fg.idle();

      expect(answer.headers['x-request-id']).toEqual(expect.any(String));
      const event = JSON.parse(logs[0]?.text ?? '') as { body: string };
      expect(event).toMatchObject({
        httpMethod: 'POST',
        path: '/later/7',
        pathParameters: { id: '7' },
        queryStringParameters: { a: 'b' },
        isBase64Encoded: true,
        requestContext: { requestId: answer.headers['x-request-id'], stage: 'RELEASE' },
      });
      expect(Buffer.from(event.body, 'base64').toString()).toBe('{"x":"雪"}');
      expect(logs[0]?.text).not.toContain(APP_CODE);
    });

    it('is 202 whatever the function does then: its result is dropped, its errors are retried', async () => {
      const { fg, deploy, logs } = await start({ retryDelay: () => 0 });
      await deploy("exports.handler = async (e, c) => { console.log('ran'); throw new Error('no') }", {
        ...later,
        async: { maxRetries: 2, maxEventAge: 60 },
      });

      const answer = await send('POST', fg.gatewayUrl, '/later/7', { headers: BY_CODE });
      await fg.idle();

      expect(answer.status).toBe(202);
      expect(logs.filter(({ text }) => text === 'ran')).toHaveLength(3);
    });

    it('is 401 without authentication and 413 for an event of more than 256 KB; the function is not run', async () => {
      const { fg, deploy, logs } = await start();
      await deploy("exports.handler = async (e, c) => { console.log('ran') }", later);

      const answers = await Promise.all([
        send('POST', fg.gatewayUrl, '/later/7'),
        send('POST', fg.gatewayUrl, '/later/7', { headers: BY_CODE, body: 'x'.repeat(200_000) }),
      ]);
      await fg.idle();

      expect(answers.map(({ status }) => status)).toEqual([401, 413]);
      expect(logs).toEqual([]);
    });
  });

  it('is 429 when every instance is busy', async () => {
    const { fg, deploy } = await start({ maxInstancesPerFunction: 1 });
    await deploy(
      `exports.handler = (e, c) => new Promise((r) => setTimeout(r, 200, { statusCode: 200, headers: {}, isBase64Encoded: false, body: '' }))`,
      { events: [route('/slow')] },
    );

    const answers = await Promise.all([1, 2].map(() => send('POST', fg.gatewayUrl, '/slow', { headers: BY_CODE })));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
  });
});

describe('GET /openapi.json', () => {
  const DOCUMENT = { openapi: '3.1.0', info: { title: 'ünï', version: '1' }, paths: {} };

  it.each([
    ['an object', DOCUMENT],
    ['a text', JSON.stringify(DOCUMENT)],
  ])('answers anyone with the document, given as %s', async (_name, openapi) => {
    const { fg } = await echo({ openapi });

    const answer = await send('GET', fg.gatewayUrl, '/openapi.json?x=1');

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json).toEqual(DOCUMENT);
  });

  it('has no document unless it is given one', async () => {
    const { fg } = await echo();

    expect((await send('GET', fg.gatewayUrl, '/openapi.json')).status).toBe(404);
  });

  it('answers GET alone, and leaves the path to a function that has it', async () => {
    const { fg } = await echo({ openapi: DOCUMENT });
    expect((await send('POST', fg.gatewayUrl, '/openapi.json')).status).toBe(404);
    expect((await send('GET', fg.gatewayUrl, '/OpenAPI.json')).status).toBe(404);

    const other = await start({ openapi: DOCUMENT });
    await other.deploy(ECHO, { events: [route('/{name}', { method: 'GET' })] });
    expect((await send('GET', other.fg.gatewayUrl, '/openapi.json')).status).toBe(401);
  });
});
