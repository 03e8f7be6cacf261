import { afterEach, expect, it } from 'vitest';
import { type IamServer, startIam } from '../../../scripts/local/iam/server.ts';
import { Tokens } from '../../../scripts/local/iam/tokens.ts';
import { exchange } from './client.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, type Service, startService } from './service.ts';

const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;
let service: Service;
let iam: IamServer;
let clock = Date.now();
afterEach(async () => {
  await iam.close();
  await service.close();
});

async function start(permissions?: readonly string[]): Promise<void> {
  clock = Date.now();
  const now = () => clock;
  const tokens = new Tokens(now);
  const granted = permissions && new Set(permissions);
  service = await startService({ now, tokens, permissions: () => granted });
  iam = await startIam({
    port: 0,
    projectId: PROJECT_ID,
    region: 'cn-north-4',
    accounts: service.accounts,
    tokens,
    now,
  });
}

const password = (name = ACCESS_KEY, secret = SECRET_KEY, project: unknown = { name: 'cn-north-4' }) => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name, password: secret, domain: { name: 'local' } } } },
    scope: { project },
  },
});
const keys = { methods: ['hw_ak_sk'], hw_ak_sk: { access: { key: ACCESS_KEY }, secret: { key: SECRET_KEY } } };
const login = (body: unknown) => exchange('POST', `${iam.url}/v3/auth/tokens`, { body: JSON.stringify(body) });
const list = (token: string) => exchange('GET', `${service.oms.url}${TASKS}`, { headers: { 'x-auth-token': token } });

/** https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html */
it.each<[string, unknown]>([
  ['a password', password()],
  ['a password and the project by id', password(ACCESS_KEY, SECRET_KEY, { id: PROJECT_ID })],
  ['an access key', { auth: { identity: keys } }],
])('issues a token for %s, which OMS takes until it expires', async (_, body) => {
  await start();
  const issued = await login(body);
  expect(issued).toMatchObject({ status: 201, json: { token: { project: { id: PROJECT_ID } } } });
  const token = String(issued.headers['x-subject-token']);
  expect((await list(token)).status).toBe(200);
  clock += 24 * 3600_000;
  expect(await list(token)).toMatchObject({ status: 401, json: { error_code: 'APIGW.0301' } });
});

it.each<[string, unknown, number]>([
  ['a wrong password', password(ACCESS_KEY, 'wrong'), 401],
  ['an unknown user', password('nobody'), 401],
  ['a project that is not theirs', password(ACCESS_KEY, SECRET_KEY, { id: 'other' }), 401],
  ['no identity', { auth: {} }, 400],
  ['an unknown method', { auth: { identity: { methods: ['totp'] } } }, 400],
  ['no JSON object', 'text', 400],
])('issues none for %s', async (_, body, status) => {
  await start();
  const answer = await login(body);
  expect(answer).toMatchObject({ status, json: { error: { code: status } } });
  expect(answer.headers['x-subject-token']).toBeUndefined();
  expect(answer.text).not.toContain(SECRET_KEY);
});

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html, "Authorization Information" */
it('gives a token no more than its user may do', async () => {
  await start(['oms:synctask:list']);
  const token = String((await login(password())).headers['x-subject-token']);
  expect((await list(token)).status).toBe(200);
  const events = await exchange('POST', `${service.oms.url}${TASKS}/x/events`, {
    headers: { 'x-auth-token': token },
    body: '{"object_keys":["a"]}',
  });
  expect(events).toMatchObject({ status: 403, json: { error_code: 'OMS.0072' } });
});
