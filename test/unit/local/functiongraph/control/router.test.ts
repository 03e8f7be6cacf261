import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { Accounts } from '../../../../../scripts/local/accounts.ts';
import { type ApiRequest, Router } from '../../../../../scripts/local/functiongraph/control/router.ts';
import { ApiError } from '../../../../../scripts/local/functiongraph/errors.ts';
import { listen } from '../../../../../scripts/local/listen.ts';
import { ACCESS_KEY, type Answer, PROJECT_ID, SECRET_KEY, send } from '../../../../contract/functiongraph/start.ts';
import { signed } from './plane.ts';

interface Started {
  readonly router: Router;
  readonly logged: string[];
  readonly url: string;
  call(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Answer>;
}

async function startRouter(
  authorize?: (operation: string, request: ApiRequest) => void,
  now: () => number = Date.now,
): Promise<Started> {
  const logged: string[] = [];
  const router = new Router({
    projectId: PROJECT_ID,
    accounts: new Accounts([{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }]),
    now,
    log: (text) => logged.push(text),
    ...(authorize ? { authorize } : {}),
  });
  const server = createServer((request, response) => void router.handle(request, response));
  const url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0, what: 'the test' })}`;
  onTestFinished(() => {
    server.close();
  });
  return {
    router,
    logged,
    url,
    call: (method, path, body = '', headers = {}) =>
      send(method, url, path, { body, headers: { ...signed(url, method, path, body), ...headers } }),
  };
}

it('prefers literal segments, those in front first', async () => {
  const { router, call } = await startRouter();
  const answering = (body: string) => () => ({ status: 200, body });
  router.route('GET', '/v2/{project_id}/{kind}/{id}', answering('two'));
  router.route('GET', '/v2/{project_id}/fgs/{id}', answering('one'));
  router.route('GET', '/v2/{project_id}/{kind}/special', answering('last'));
  router.route('POST', '/v2/{project_id}/fgs/special', answering('none'));

  expect((await call('GET', `/v2/${PROJECT_ID}/x/y`)).json).toBe('two');
  expect((await call('GET', `/v2/${PROJECT_ID}/fgs/y`)).json).toBe('one');
  expect((await call('GET', `/v2/${PROJECT_ID}/x/special`)).json).toBe('last');
  // The patterns with this method decide.
  expect((await call('GET', `/v2/${PROJECT_ID}/fgs/special`)).json).toBe('one');
  expect((await call('GET', `/v2/${PROJECT_ID}//y`)).status).toBe(404);
});

it('hands over what was asked', async () => {
  const { router, call } = await startRouter();
  let got: ApiRequest | undefined;
  router.route('POST', '/v2/{project_id}/things/{thing}', (request) => {
    got = request;
    return { status: 202 };
  });

  const { status, text } = await call('POST', `/v2/${PROJECT_ID}/things/a%20%2Fb?x=1&y=%20`, '{"big":1.0}');

  expect([status, text]).toEqual([202, '']);
  expect(got).toMatchObject({
    params: { project_id: PROJECT_ID, thing: 'a /b' },
    body: { big: 1 },
    text: '{"big":1.0}',
    accessKey: ACCESS_KEY,
    requestId: expect.any(String),
  });
  expect([got?.query.get('x'), got?.query.get('y')]).toEqual(['1', ' ']);
});

it('calls no handler before the signature, its age, the project and the size are right', async () => {
  let now = Date.now();
  const { router, call } = await startRouter(undefined, () => now);
  let calls = 0;
  router.route('POST', '/v2/{project_id}/things', () => ({ status: 200, body: ++calls }), { maxBody: 10 });
  const path = `/v2/${PROJECT_ID}/things`;

  expect((await call('POST', path, '{}', { authorization: 'x' })).status).toBe(401);
  expect((await call('POST', path, '{}', { 'x-sdk-date': '20200101T000000Z' })).status).toBe(401);
  expect((await call('POST', '/v2/other/things', '{}')).status).toBe(403);
  expect((await call('POST', path, `"${'x'.repeat(9)}"`)).status).toBe(413);
  now += 16 * 60_000;
  expect((await call('POST', path, '{}')).status).toBe(401);
  now -= 16 * 60_000;
  expect(calls).toBe(0);
  expect((await call('POST', path, `"${'x'.repeat(8)}"`)).json).toBe(1);
});

it('takes no token where there is no IAM that could have issued it', async () => {
  const { router, call, url } = await startRouter();
  router.route('GET', '/v2/{project_id}/things', () => ({ status: 200, body: 'reached' }));

  const { status, json } = await call('GET', `/v2/${PROJECT_ID}/things`, '', {
    authorization: '',
    'x-auth-token': 'a',
  });
  expect([status, json.error_code]).toEqual([401, 'APIGW.0301']);
  const unsigned = await send('GET', url, `/v2/${PROJECT_ID}/things`, { headers: { 'x-auth-token': 'a' } });
  expect([unsigned.status, unsigned.json.error_code]).toEqual([401, 'APIGW.0301']);
});

it('lets permissions decide before the handler', async () => {
  const asked: unknown[] = [];
  const { router, call } = await startRouter((operation, { accessKey }) => {
    asked.push([operation, accessKey]);
    throw new ApiError(403, 'FSS.0403', 'Forbidden');
  });
  router.route('GET', '/v2/{project_id}/things/{thing}', () => ({ status: 200 }));

  expect((await call('GET', `/v2/${PROJECT_ID}/things/a`)).json).toMatchObject({ error_code: 'FSS.0403' });
  expect(asked).toEqual([['GET /v2/{project_id}/things/{thing}', ACCESS_KEY]]);
});

it('says nothing of an error that nobody foresaw, and logs its place without its message', async () => {
  const { router, call, logged } = await startRouter();
  router.route('GET', '/v2/{project_id}/one', () => {
    throw new TypeError('the secret');
  });
  router.route('GET', '/v2/{project_id}/two', async () => Promise.reject('the secret'));
  router.route('GET', '/v2/{project_id}/three', () => ({ status: 200, body: { toJSON: () => missing() } }));
  const missing = (): never => {
    throw new Error('the secret');
  };

  for (const path of ['one', 'two', 'three']) {
    const { status, json, text } = await call('GET', `/v2/${PROJECT_ID}/${path}`);
    expect([status, json.error_code]).toEqual([500, 'FSS.0500']);
    expect(text).not.toMatch(/secret|at /);
  }
  expect(logged).toHaveLength(3);
  expect(logged[0]).toMatch(/^TypeError at .*router\.test\.ts/);
  expect(logged.join()).not.toContain('secret');
});
