import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, exchange, signedHeaders } from './client.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, type Service, startService } from './service.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;
const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

/**
 * Signatures: https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm-002.html
 * Messages: https://support.huaweicloud.com/intl/en-us/apig_faq/apig-faq-0003.html
 */
describe('authentication', () => {
  let service: Service;

  beforeAll(async () => {
    service = await startService({
      now: () => NOW,
      tokens: new Set(['issued-token']),
      permissions: (key) => (key === ACCESS_KEY ? undefined : new Set(['oms:synctask:get'])),
    });
  });
  afterAll(() => service.close());

  const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  /** A call signed at `time`; the SDK takes the date as ISO 8601 and reformats it, so headers are patched after. */
  const listAt = (time: number) => {
    const headers = signedHeaders('GET', TASKS, {
      endpoint: service.oms.url,
      ...keys,
      headers: { 'X-Sdk-Date': stamp(time) },
    });
    return exchange('GET', `${service.oms.url}${TASKS}`, { headers });
  };
  const list = (headers: Record<string, string>, given: Partial<typeof keys> = {}) =>
    call('GET', TASKS, {
      endpoint: service.oms.url,
      ...keys,
      ...given,
      headers: { 'X-Sdk-Date': stamp(NOW), ...headers },
    });

  it('accepts what the official signer signs', async () => {
    expect(await listAt(NOW)).toMatchObject({ status: 200, json: { tasks: [], count: 0 } });
  });

  it('answers every request with a request id', async () => {
    const answers = [await listAt(NOW), await exchange('GET', `${service.oms.url}/nothing`, {})];
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('refuses a request without any credentials', async () => {
    const answer = await exchange('GET', `${service.oms.url}${TASKS}`, {});
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error_code: 'APIGW.0301',
      error_msg: 'Incorrect IAM authentication information: x-auth-token not found',
      request_id: answer.headers['x-request-id'],
    });
  });

  it('refuses an unknown access key by name', async () => {
    const answer = await list({}, { accessKey: 'NOBODY' });
    expect(answer).toMatchObject({
      status: 401,
      json: {
        error_code: 'APIGW.0301',
        error_msg: 'Incorrect IAM authentication information: Get secretKey failed,ak:NOBODY,err:ak not exist',
      },
    });
  });

  it('refuses a wrong secret key and echoes the canonical request that it computed', async () => {
    const answer = await list({}, { secretKey: 'wrong' });
    expect(answer.status).toBe(401);
    const message = String(answer.json?.['error_msg']);
    expect(message).toContain(
      `Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:GET|${TASKS}/||`,
    );
    expect(message).toContain('content-type;host;x-sdk-date|e3b0c44298fc1c149afbf4c8996fb924');
    expect(message).not.toContain(SECRET_KEY);
  });

  it('refuses a signature in upper-case digits', async () => {
    const headers = signedHeaders('GET', TASKS, {
      endpoint: service.oms.url,
      ...keys,
      headers: { 'X-Sdk-Date': stamp(NOW) },
    });
    const Authorization = String(headers['Authorization']).replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase());
    const answer = await exchange('GET', `${service.oms.url}${TASKS}`, { headers: { ...headers, Authorization } });
    expect(answer).toMatchObject({ status: 401, json: { error_code: 'APIGW.0301' } });
  });

  it.each([
    [15 * 60_000, 200],
    [-15 * 60_000, 200],
    [15 * 60_000 + 1000, 401],
    [-15 * 60_000 - 1000, 401],
  ])('answers a clock that is %d ms off with %d', async (skew, status) => {
    const answer = await listAt(NOW + skew);
    expect(answer.status).toBe(status);
    if (status === 401)
      expect(answer.json?.['error_msg']).toBe(
        'Incorrect IAM authentication information: signature expired, ' +
          `signature time:${stamp(NOW + skew)},server time:${stamp(NOW)}`,
      );
  });

  it('refuses a body that is not the signed one', async () => {
    const path = `${TASKS}/x/events`;
    const headers = signedHeaders('POST', path, {
      endpoint: service.oms.url,
      ...keys,
      headers: { 'X-Sdk-Date': stamp(NOW) },
      body: { object_keys: ['a'] },
    });
    const answer = await exchange('POST', `${service.oms.url}${path}`, { headers, body: '{"object_keys":["b"]}' });
    expect(answer).toMatchObject({ status: 401, json: { error_code: 'APIGW.0301' } });
  });

  it('takes the hash of the body from x-sdk-content-sha256 only when it is true, or UNSIGNED-PAYLOAD', async () => {
    const path = `${TASKS}/x/events`;
    const post = (claimed: string) => {
      const headers = signedHeaders('POST', path, {
        endpoint: service.oms.url,
        ...keys,
        headers: { 'X-Sdk-Date': stamp(NOW), 'X-Sdk-Content-Sha256': claimed },
      });
      return exchange('POST', `${service.oms.url}${path}`, { headers, body: '{"object_keys":["b"]}' });
    };
    expect((await post('UNSIGNED-PAYLOAD')).status).toBe(404);
    expect((await post('0'.repeat(64))).status).toBe(401);
  });

  it('demands the token of temporary keys, and the right one', async () => {
    const { accessKey, secretKey, securityToken } = service.accounts.issueTemporary();
    const permitted = { accessKey, secretKey };
    const show = (headers: Record<string, string>) =>
      call('GET', `${TASKS}/unknown`, {
        endpoint: service.oms.url,
        ...permitted,
        query: { query_time: String(NOW) },
        headers: { 'X-Sdk-Date': stamp(NOW), ...headers },
      });
    expect((await show({})).status).toBe(401);
    expect((await show({ 'X-Security-Token': 'other' })).status).toBe(401);
    expect((await show({ 'X-Security-Token': securityToken })).status).toBe(404);
  });

  it('answers 403 for an action that the key has no permission for', async () => {
    const { accessKey, secretKey, securityToken } = service.accounts.issueTemporary();
    const answer = await list({ 'X-Security-Token': securityToken }, { accessKey, secretKey });
    expect(answer).toMatchObject({ status: 403, json: { error_code: 'OMS.0072' } });
    expect(answer.json?.['error_msg']).toContain('oms:synctask:list');
  });

  it('accepts a token that was issued and refuses any other', async () => {
    const get = (token: string) =>
      exchange('GET', `${service.oms.url}${TASKS}`, { headers: { 'X-Auth-Token': token } });
    expect((await get('issued-token')).status).toBe(200);
    expect(await get('made-up')).toMatchObject({
      status: 401,
      json: { error_msg: 'Incorrect IAM authentication information: decrypt token fail' },
    });
  });

  it.each([
    ['another algorithm', 'AWS4-HMAC-SHA256 Credential=x'],
    ['no signature', 'SDK-HMAC-SHA256 Access=x, SignedHeaders=host'],
    ['nothing', ''],
  ])('refuses an authorization header with %s', async (_, authorization) => {
    const answer = await exchange('GET', `${service.oms.url}${TASKS}`, { headers: { authorization } });
    expect(answer).toMatchObject({ status: 401, json: { error_code: 'APIGW.0301' } });
  });

  it('refuses a signature that leaves the date out', async () => {
    const { Authorization = '', ...headers } = signedHeaders('GET', TASKS, {
      endpoint: service.oms.url,
      ...keys,
      headers: { 'X-Sdk-Date': stamp(NOW) },
    });
    const answer = await exchange('GET', `${service.oms.url}${TASKS}`, {
      headers: { ...headers, Authorization: Authorization.replace(';x-sdk-date', '') },
    });
    expect(answer.status).toBe(401);
  });

  it('signs the query in sorted order whatever order it was sent in', async () => {
    const headers = signedHeaders('GET', TASKS, {
      endpoint: service.oms.url,
      ...keys,
      headers: { 'X-Sdk-Date': stamp(NOW) },
      query: { limit: '5', offset: '0', status: 'STOPPED' },
    });
    const answer = await exchange('GET', `${service.oms.url}${TASKS}?status=STOPPED&offset=0&limit=5`, { headers });
    expect(answer.status).toBe(200);
  });

  it('answers 403 for a project that is not the caller’s', async () => {
    const answer = await call('GET', '/v2/another-project/sync-tasks', {
      endpoint: service.oms.url,
      ...keys,
      headers: { 'X-Sdk-Date': stamp(NOW) },
    });
    expect(answer).toMatchObject({ status: 403, json: { error_code: 'OMS.0072' } });
  });

  it.each([
    ['GET', '/'],
    ['GET', `${TASKS}/id/events`],
    ['PUT', TASKS],
    ['GET', `/v1/${PROJECT_ID}/sync-tasks`],
    ['POST', `${TASKS}//events`],
  ])('answers %s %s, which is no API, with 404 of the gateway', async (method, path) => {
    const answer = await exchange(method, `${service.oms.url}${path}`, {});
    expect(answer).toMatchObject({ status: 404, json: { error_code: 'APIGW.0101' } });
  });
});
