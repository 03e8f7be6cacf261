import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { type Check, documented, inferred } from './check.ts';
import { signedHeaders } from './client.ts';

const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
const refusal = { status: 401, json: { error_code: expect.any(String), error_msg: expect.any(String) } };

/** Headers that the official signer makes for the target's credentials. */
function headersFor(
  { target }: Bench,
  method: string,
  path: string,
  given: Partial<Parameters<typeof signedHeaders>[2]>,
) {
  const { endpoint, credentials } = target;
  const { accessKey, secretKey, securityToken } = credentials;
  const headers = { ...(securityToken ? { 'X-Security-Token': securityToken } : {}), ...given.headers };
  return signedHeaders(method, path, { endpoint, accessKey, secretKey, ...given, headers });
}

/** None of these requests reaches OMS itself, except to read a list. */
export const authenticationChecks: readonly Check[] = [
  documented('signing', 'a request that the official signer signed is accepted', async (bench) => {
    expect((await bench.list()).status).toBe(200);
  }),
  documented('signing', 'the query is signed in sorted order, whatever order it was sent in', async (bench) => {
    const headers = headersFor(bench, 'GET', bench.tasks, { query: { limit: '5', offset: '0', status: 'STOPPED' } });
    expect(await bench.send('GET', `${bench.tasks}?status=STOPPED&offset=0&limit=5`, { headers })).toMatchObject({
      status: 200,
    });
  }),
  documented('gatewayErrors', 'a request without any credentials is refused with 401', async (bench) => {
    expect(await bench.send('GET', bench.tasks, {})).toMatchObject(refusal);
  }),
  documented('gatewayErrors', 'an unknown access key is refused with 401', async (bench) => {
    const unknown = { accessKey: 'OMSSYNCCONTRACTTEST0', secretKey: 'nobodys-secret-key' };
    expect(await bench.call('GET', bench.tasks, unknown)).toMatchObject(refusal);
  }),
  documented('gatewayErrors', 'a signature with a wrong secret key is refused with 401', async (bench) => {
    expect(await bench.call('GET', bench.tasks, { secretKey: 'not-the-secret-key' })).toMatchObject(refusal);
  }),
  documented('signing', 'a body that is not the signed one is refused with 401', async (bench) => {
    const path = `${bench.tasks}/${bench.run}/events`;
    const headers = headersFor(bench, 'POST', path, { body: { object_keys: ['a'] } });
    expect(await bench.send('POST', path, { headers, body: '{"object_keys":["b"]}' })).toMatchObject(refusal);
  }),
  inferred('signing', 'a signature of an hour ago, or ahead, is refused with 401', async (bench) => {
    for (const skew of [-3600_000, 3600_000]) {
      const headers = headersFor(bench, 'GET', bench.tasks, { headers: { 'X-Sdk-Date': stamp(Date.now() + skew) } });
      expect(await bench.send('GET', bench.tasks, { headers })).toMatchObject(refusal);
    }
  }),
  inferred('gatewayErrors', 'a made-up token is refused with 401', async (bench) => {
    expect(await bench.send('GET', bench.tasks, { headers: { 'X-Auth-Token': 'made-up' } })).toMatchObject(refusal);
  }),
  inferred('signing', 'every answer has a request id of its own', async (bench) => {
    const ids = [await bench.list(), await bench.list()].map(({ headers }) => headers['x-request-id']);
    expect(ids).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\S/)]);
    expect(ids[0]).not.toBe(ids[1]);
  }),
];
