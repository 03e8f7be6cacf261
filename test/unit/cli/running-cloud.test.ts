import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type CloudAddress, checkRuns, staleReason } from '../../../scripts/cli/running-cloud.ts';

const KEYS = { region: 'cn-north-4', access_key: 'ACCESSKEY', secret_key: 'SECRETKEY' };
const GONE = '999999999';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function listen(server: Server): Promise<CloudAddress> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ...KEYS, obs: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const http = (handler: RequestListener) => listen(createServer(handler));
const error = (code: string) => `<?xml version="1.0"?>\n<Error>\n  <Code>${code}</Code></Error>`;
const reason = async (cloud: CloudAddress) => (await staleReason('FILE', cloud))?.replace(cloud.obs, 'OBS');

describe('a local cloud', () => {
  it.each([
    ['lists its buckets', 200, '<ListAllMyBucketsResult xmlns="x"></ListAllMyBucketsResult>'],
    ['lets the keys do less', 403, error('AccessDenied')],
    ['has too much to do', 503, error('SlowDown')],
    ['has another clock', 403, error('RequestTimeTooSkewed')],
  ])('runs where its store %s', async (_, status, body) => {
    const cloud = await http((request, response) => {
      expect(request.headers.authorization).toContain(`Credential=${KEYS.access_key}/`);
      response.writeHead(status).end(body);
    });
    expect(await reason(cloud)).toBeUndefined();
    await checkRuns('FILE', cloud);
  });

  const left = 'FILE is left over from a local cloud that no longer runs';
  it.each([
    ['the files of a folder', 200, '<html>ListBucket</html>', 'another service listens at OBS'],
    ['404', 404, '', 'another service listens at OBS'],
    ['JSON', 401, '{"error":"no"}', 'another service listens at OBS'],
    ['that it does not know the key', 403, error('InvalidAccessKeyId'), 'what listens at OBS has other keys'],
    ['that the secret key is another', 403, error('SignatureDoesNotMatch'), 'what listens at OBS has other keys'],
  ])('does not run where somebody else answers %s', async (_, status, body, why) => {
    const cloud = await http((_request, response) => response.writeHead(status).end(body));
    expect(await reason(cloud)).toBe(`${left}: ${why}; start one with npm start`);
    await expect(checkRuns('FILE', cloud)).rejects.toMatchObject({ name: 'UsageError' });
  });

  it('does not run where nobody listens, or nobody speaks HTTP', async () => {
    const cloud = await listen(createTcpServer());
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    expect(await reason(cloud)).toBe(`${left}: nobody listens at OBS; start one with npm start`);
    const ssh = await listen(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    expect(await reason(ssh)).toBe(`${left}: another service listens at OBS; start one with npm start`);
  });

  it('is told by its process where the answer says nothing', async () => {
    const cloud = await listen(createTcpServer((socket) => socket.destroy()));
    expect(await reason({ ...cloud, process: String(process.pid) })).toBeUndefined();
    expect(await reason(cloud)).toBeUndefined();
    expect(await reason({ ...cloud, process: GONE })).toContain('another service listens at OBS');
  });

  it('is no matter of a file that somebody wrote by hand', async () => {
    expect(await reason({ ...KEYS, obs: 'no address' })).toBeUndefined();
    expect(await reason({ obs: 'http://127.0.0.1:1' } as CloudAddress)).toBeUndefined();
  });
});
