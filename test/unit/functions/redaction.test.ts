import { describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';
import { type GatewayRequestOptions, gatewayEvent } from '../../helpers/gateway-event.ts';
import type { StubReply, StubRequest } from '../../helpers/oms-stub.ts';

const oms = useOmsStub();

/** Recognisable wherever they turn up, and of the characters that real ones have. */
const SECRETS = {
  agencyAk: 'LEAK0AGENCYAK0000000',
  agencySk: 'LEAK1/agency+secret=key',
  agencyToken: 'LEAK2agency-security-token',
  iamToken: 'LEAK3agency-iam-token',
  variableAk: 'LEAK4VARIABLEAK00000',
  variableSk: 'LEAK5/variable+secret',
  variableToken: 'LEAK6variable-auth-token',
  srcAk: 'LEAK7SRCAK',
  srcSk: 'LEAK8"src\\sk',
  dstAk: 'LEAK9DSTAK',
  dstSk: 'LEAKAdst-sk',
  cdnKey: 'LEAKBcdn-key',
  appCode: 'LEAKCapp-code',
  authorization: 'LEAKDauthorization',
};

const context = {
  accessKey: SECRETS.agencyAk,
  secretKey: SECRETS.agencySk,
  securityToken: SECRETS.agencyToken,
  token: SECRETS.iamToken,
};
const headers = { Authorization: SECRETS.authorization, 'X-Apig-AppCode': SECRETS.appCode };
const body = {
  src_cloud_type: 'HuaweiCloud',
  src_region: 'cn-north-4',
  src_bucket: 'source',
  src_ak: SECRETS.srcAk,
  src_sk: SECRETS.srcSk,
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
  dst_ak: SECRETS.dstAk,
  dst_sk: SECRETS.dstSk,
  source_cdn: {
    authentication_type: 'ALIYUN_OSS_A',
    authentication_key: SECRETS.cdnKey,
    domain: 'cdn.example',
    protocol: 'https',
  },
};
const { src_ak, src_sk, dst_ak, dst_sk } = body;
const startBody = { src_ak, src_sk, dst_ak, dst_sk, source_cdn_authentication_key: SECRETS.cdnKey };
const SPAN = { data_type: 'SIZE', start_time: '1700000000000', end_time: '1700000000001' };
const everything = Object.values(SECRETS).join(' ');

/** All that OMS can know: what was sent to it. */
const echo = ({ headers: sent, text, url }: StubRequest) => `${url} ${JSON.stringify(sent)} ${text}`;

const REPLIES: Readonly<Record<string, (request: StubRequest) => StubReply>> = {
  'accepts it': () => ({ body: { sync_task_id: 'task-1' } }),
  'refuses it and echoes everything': (sent) => ({
    status: 400,
    body: { error_code: 'OMS.0001', error_msg: `invalid: ${echo(sent)}` },
  }),
  'refuses the signature and echoes everything': (sent) => ({
    status: 401,
    body: { error_code: 'APIGW.0301', error_msg: `verify aksk signature fail, canonicalRequest:${echo(sent)}` },
  }),
  'is broken and echoes everything': (sent) => ({ status: 500, body: echo(sent) }),
  'accepts it with an answer that is not JSON': (sent) => ({ body: echo(sent) }),
  'hangs up': () => ({ hangUp: true }),
};

const VARIABLE_SETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the agency': {},
  'a key pair of variables': { OMS_ACCESS_KEY: SECRETS.variableAk, OMS_SECRET_KEY: SECRETS.variableSk },
  'a token of a variable': { OMS_AUTH_TOKEN: SECRETS.variableToken },
  'half a key pair of variables': { OMS_SECRET_KEY: SECRETS.variableSk },
  'bucket credentials in variables': {
    SRC_ACCESS_KEY: SECRETS.srcAk,
    SRC_SECRET_KEY: SECRETS.srcSk,
    DST_ACCESS_KEY: SECRETS.dstAk,
    DST_SECRET_KEY: ` ${SECRETS.dstSk}`,
  },
};

const request = (path: string, payload: unknown, options: GatewayRequestOptions = {}) =>
  gatewayEvent('POST', path, payload, { headers, ...options });
const EVENTS: readonly (readonly [name: string, event: unknown])[] = [
  ['create-sync-task', request('/sync-tasks', body)],
  ['create-sync-task', request('/sync-tasks', JSON.stringify(body).slice(0, -1))],
  ['create-sync-task', request('/sync-tasks', JSON.stringify(body), { base64: false })],
  ['create-sync-task', { ...request('/sync-tasks', ''), body: JSON.stringify(body) }],
  ['create-sync-task', request('/sync-tasks', { ...body, dst_region: 7, enable_restore: SECRETS.srcSk })],
  ['create-sync-task', request('/sync-tasks', { ...body, src_ak: [SECRETS.srcAk], dst_sk: { x: SECRETS.dstSk } })],
  ['create-sync-task', request('/sync-tasks', [body])],
  ['create-sync-task', request('/sync-tasks', body, { query: { if_exists: 'return' } })],
  ['start-sync-task', request('/sync-tasks/task-1/start', startBody)],
  ['start-sync-task', request('/sync-tasks/task-1/start', JSON.stringify(startBody).slice(0, -1))],
  ['start-sync-task', request('/sync-tasks/task-1/start', { ...startBody, src_sk: [SECRETS.srcSk], x: SECRETS.dstSk })],
  ['start-sync-task', request('/sync-tasks/task-1/start', '')],
  ['stop-sync-task', request('/sync-tasks/task-1/stop', startBody)],
  ['delete-sync-task', { ...request('/sync-tasks/task-1', startBody), httpMethod: 'DELETE' }],
  ['list-sync-tasks', { ...request('/sync-tasks', body), httpMethod: 'GET' }],
  [
    'show-sync-task-statistics',
    { ...request('/sync-tasks/task-1/statistics', body, { query: SPAN }), httpMethod: 'GET' },
  ],
  ['create-sync-event', request('/sync-tasks/task-1/events', { objects: ['a'], authorization: SECRETS.authorization })],
  ['create-sync-event', request('/sync-tasks/task-1/events', { objects: ['a', 'b'] })],
  ['show-sync-task', { ...request('/sync-tasks/task-1', body), httpMethod: 'GET' }],
  ['show-sync-task', { ...request('/sync-tasks/task-1', body), httpMethod: 'PATCH' }],
  [
    'on-object-created',
    {
      Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'source' }, object: { key: 'a', size: 1 } } }],
    },
  ],
  ['on-object-created', { unknown: everything }],
];

describe('no secret appears in a log line, an answer or an error', () => {
  for (const [reply, answer] of Object.entries(REPLIES)) {
    it.each(Object.keys(VARIABLE_SETS))(`where OMS ${reply}, with %s`, async (set) => {
      oms.stub.reply = answer;
      const variables = {
        ...VARIABLE_SETS[set],
        LOG_LEVEL: 'debug',
        ROUTES: JSON.stringify([{ source: { bucket: 'source' }, sync_task_id: 'task-1' }]),
      };
      const outputs: string[] = [];
      for (const name of new Set(EVENTS.map(([each]) => each))) {
        const fn = await oms.load(name, { ...context, variables });
        for (const [each, event] of EVENTS) {
          if (each !== name) continue;
          const result = await fn.invoke(event).catch((error: unknown) => errorText(error));
          outputs.push(typeof result === 'string' ? result : JSON.stringify(result));
        }
      }

      const written = [...outputs, ...oms.log.raw].join('\n');
      expect(oms.log.raw.length).toBeGreaterThan(EVENTS.length - 1);
      expect(written.match(/LEAK.{0,12}/g) ?? []).toEqual([]);
    });
  }
});

/** The text that the platform returns and logs of an error, its causes too. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name} ${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause ? errorText(error.cause) : ''}`;
}
