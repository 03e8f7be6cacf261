import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { request } from '../../scripts/local/request.ts';
import { gatewayEvent } from '../helpers/gateway-event.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';
import { exposed } from '../unit/security/exposed.ts';
import { leaksIn, SECRETS } from '../unit/security/secrets.ts';

const lines: string[] = [];
const cloud = useLocalCloud({ log: (line) => lines.push(line) });

const { srcAk, srcSk, dstAk, dstSk, cdnKey } = SECRETS;
const body = { src_ak: srcAk, src_sk: srcSk, dst_ak: dstAk, dst_sk: dstSk, source_cdn_authentication_key: cdnKey };

describe('the bundles in their own processes', () => {
  it('write no secret, whatever is sent to them and whatever fails', async () => {
    const { endpoints } = cloud.stack;
    const outputs: string[] = [];
    const headers = { 'x-apig-appcode': endpoints.app_code, cookie: SECRETS.cookie, 'x-auth-token': SECRETS.authToken };
    const paths = ['', `/${endpoints.sync_task_id}/start`, '/unknown/start', `/${endpoints.sync_task_id}/events`];
    for (const path of paths)
      for (const text of [
        JSON.stringify(body),
        JSON.stringify(body).slice(0, -2),
        JSON.stringify({ ...body, [srcSk]: 1, src_bucket: [dstSk] }),
        JSON.stringify({
          ...body,
          src_cloud_type: 'HuaweiCloud',
          src_region: 'r',
          src_bucket: 'b',
          dst_region: 'r',
          dst_bucket: 'c',
        }),
      ]) {
        const answer = await request('POST', `${endpoints.gateway}/sync-tasks${path}`, { headers, body: text });
        outputs.push(answer.body);
      }
    for (const name of Object.keys(cloud.stack.config.functions))
      for (const event of [gatewayEvent('POST', '/sync-tasks', body), { ...body, Records: [{ s3: 1, token: srcSk }] }])
        outputs.push(exposed(await cloud.stack.functiongraph.invoke(name, event).catch((error: unknown) => error)));

    // Values that stand in no field of a secret's name are what dead letters are for; these do.
    expect(lines.length).toBeGreaterThan(20);
    expect(leaksIn([...outputs, ...lines].join('\n'))).toEqual([]);
    expect([...outputs, ...lines].join('\n')).not.toContain(endpoints.secret_key);
  });
});

describe('the local cloud', () => {
  const services = () => {
    const { gateway, obs, oms, functiongraph, iam } = cloud.stack.endpoints;
    return { gateway, obs, oms, functiongraph, iam };
  };

  it('listens to this machine alone', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const url of Object.values(services())) {
      expect(new URL(url).hostname).toBe('127.0.0.1');
      for (const { address } of others) {
        const outcome = await new Promise((resolve) => {
          const socket = connect(Number(new URL(url).port), address, () => resolve('connected'));
          socket.on('error', ({ message }) => resolve(message));
        });
        expect(outcome).toMatch(/ECONNREFUSED/);
      }
    }
  });

  it.each([{ host: 'evil.example' }, { origin: 'https://evil.example' }, { host: '127.0.0.1.evil.example' }])(
    'takes no call without a signature from a page with %j',
    async (headers) => {
      const { functiongraph, oms, obs } = services();
      for (const [method, url] of [
        ['GET', `${functiongraph}/_status`],
        ['POST', `${functiongraph}/_timers/redrive/redrive/fire`],
        ['GET', `${oms}/_faults`],
        ['DELETE', `${obs}/_faults`],
      ] as const)
        expect(await request(method, url, { headers })).toMatchObject({ status: 403 });
      expect(await request('GET', `${functiongraph}/_status`)).toMatchObject({ status: 200 });
    },
  );
});
