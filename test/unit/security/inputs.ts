import { gatewayEvent } from '../../helpers/gateway-event.ts';
import { SECRETS } from './secrets.ts';

/** Parts of a request that a client adds. */
const HEADERS = {
  Authorization: SECRETS.authorization,
  'X-Auth-Token': SECRETS.authToken,
  'X-Apig-AppCode': SECRETS.appCode,
  Cookie: `session=${SECRETS.cookie}`,
};
const PAIRS = { src_ak: SECRETS.srcAk, src_sk: SECRETS.srcSk, dst_ak: SECRETS.dstAk, dst_sk: SECRETS.dstSk };
const CREATE = {
  src_cloud_type: 'HuaweiCloud',
  src_region: 'cn-north-4',
  src_bucket: 'source',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
  ...PAIRS,
  source_cdn: {
    authentication_type: 'ALIYUN_OSS_A',
    authentication_key: SECRETS.cdnKey,
    domain: 'cdn.example',
    protocol: 'https',
  },
};
const START = { ...PAIRS, source_cdn_authentication_key: SECRETS.cdnKey };
const SPAN = { data_type: 'SIZE', start_time: '1700000000000', end_time: '1700000000001' };

interface HttpTarget {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
}

const TARGETS: readonly HttpTarget[] = [
  { name: 'create-sync-task', method: 'POST', path: '/sync-tasks', body: CREATE },
  { name: 'start-sync-task', method: 'POST', path: '/sync-tasks/task-1/start', body: START },
  { name: 'stop-sync-task', method: 'POST', path: '/sync-tasks/task-1/stop', body: START },
  { name: 'delete-sync-task', method: 'DELETE', path: '/sync-tasks/task-1', query: { stop: 'true' } },
  { name: 'show-sync-task', method: 'GET', path: '/sync-tasks/task-1' },
  { name: 'list-sync-tasks', method: 'GET', path: '/sync-tasks', query: { limit: '10' } },
  { name: 'show-sync-task-statistics', method: 'GET', path: '/sync-tasks/task-1/statistics', query: SPAN },
  { name: 'show-object', method: 'GET', path: '/objects', query: { bucket: 'source', key: 'a' } },
  { name: 'create-sync-event', method: 'POST', path: '/sync-tasks/task-1/events', body: { objects: ['a', 'b', 'c'] } },
];

export const HTTP_FUNCTIONS = TARGETS.map(({ name }) => name);

/**
 * Requests of one function, right and wrong, with secrets in every place.
 *
 * @param known secrets that the function itself holds, which somebody may send although nobody should
 */
export function httpEvents(name: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  const target = TARGETS.find((each) => each.name === name);
  if (!target) throw new Error(`${name} is not in the table`);
  const { method, path, body = { note: SECRETS.srcSk }, query = {} } = target;
  const event = (payload: unknown, more: object = {}) => ({
    ...gatewayEvent(method, path, payload, { headers: HEADERS, query }),
    ...more,
  });
  const json = JSON.stringify(body);
  const bytes = (text: string) => ({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true });
  return {
    'the request as it should be': event(body),
    'a query that asks for what is there': event(body, { queryStringParameters: { ...query, if_exists: 'return' } }),
    'JSON that ends too early': event(json.slice(0, -1)),
    'JSON with a character too much, beside a secret': event(json.replace('}', `,${SECRETS.srcSk}}`)),
    'JSON that begins with a line of a stack': event(`{\n    at ${SECRETS.srcSk} (${SECRETS.dstSk})\n`),
    'a body that is not base64': event(body, { body: json, isBase64Encoded: true }),
    'a body that is base64 and is not said to be': event(body, { isBase64Encoded: false }),
    'a body that is not UTF-8': event(body, {
      body: Buffer.concat([Buffer.from(json), Buffer.of(0xff)]).toString('base64'),
    }),
    'a body that is an object': event(body, { body }),
    'a list of bodies': event([body]),
    'a body that is a text': event(JSON.stringify(SECRETS.srcSk)),
    'wrong types': event({
      ...body,
      ...Object.fromEntries(Object.entries(body).map(([field, value]) => [field, [value]])),
    }),
    'a secret where something else belongs': event(
      Object.fromEntries(Object.keys(body).map((field) => [field, SECRETS.dstSk])),
    ),
    'secrets that are too long': event({ ...body, src_sk: SECRETS.srcSk.repeat(40), dst_ak: SECRETS.dstAk.repeat(40) }),
    'secrets in unknown fields': event({ ...body, other: SECRETS.srcSk, deep: { deeper: [SECRETS.dstSk] } }),
    'names of fields that are secrets of the body': event({
      ...body,
      ...Object.fromEntries(Object.values(PAIRS).map((secret) => [secret, 1])),
    }),
    'names of fields that are secrets': event(
      Object.fromEntries(Object.values(PAIRS).map((secret) => [secret, secret])),
    ),
    'no body': event('', bytes('')),
    'secrets of the function in the path': event(body, { path: `${path}/${known.map(encodeURIComponent).join('/')}` }),
    'a secret of the function for an id': event(body, {
      path: path.replace('task-1', encodeURIComponent(known[0] ?? '')),
    }),
    'a malformed escape behind a secret': event(body, { path: path.replace('task-1', `${known[0]}%2`) }),
    'secrets of the function in the query': event(body, {
      queryStringParameters: Object.fromEntries(known.map((secret) => [secret, secret])),
    }),
    'a secret as a value of the query': event(body, {
      queryStringParameters: { ...query, stop: known[0], limit: known[1], data_type: known[0], if_exists: known[0] },
    }),
    'a secret for a method': event(body, { httpMethod: known[0] }),
    'another method': event(body, { httpMethod: 'PATCH' }),
    'a secret for a request id': event(body, { requestContext: { requestId: known[0] } }),
    'no event': known.join(' '),
    'a gateway gone mad': { httpMethod: [known], path: { x: known }, headers: known, body: { [known[0] ?? '']: 1 } },
  };
}

const record = (key: string, more: object = {}, bucket = 'source') => ({
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-09-30T03:24:43.160Z',
  s3: { bucket: { name: bucket }, object: { key, size: 1, ...more } },
});

/** Fields whose name says that they hold a secret, with secrets that nobody here knows. */
const NAMED_SECRETS = {
  token: SECRETS.authToken,
  'X-Auth-Token': SECRETS.authToken,
  authorization: SECRETS.authorization,
  cookie: SECRETS.cookie,
  secretAccessKey: SECRETS.srcSk,
  accessKeyId: SECRETS.srcAk,
  credentials: { deep: [SECRETS.dstSk] },
  password: [SECRETS.cdnKey],
  signature: SECRETS.appCode,
};

/** Notifications and what is none, with secrets in every place. */
export function notifications(known: readonly string[]): Readonly<Record<string, unknown>> {
  const all = known.join(' ');
  const [first = ''] = known;
  return {
    'keys that are refused': { Records: [record('a'), record('b')] },
    'secrets in unknown fields of records': { Records: [record('a', { eTag: first, note: all, ...NAMED_SECRETS })] },
    'secrets in names of fields': {
      Records: known.map((secret) => ({ ...record('a'), [secret]: { deep: [secret] } })),
      [all]: all,
    },
    'keys that are secrets': { Records: known.map((secret) => record(encodeURIComponent(secret))) },
    'buckets that are secrets': { Records: known.map((secret) => record('a', {}, secret)) },
    'keys that cannot be read': { Records: known.map((secret) => record(`${encodeURIComponent(secret)}%`)) },
    'times and versions that are secrets': {
      Records: [{ ...record('a', { versionId: first, sequencer: first }), eventTime: first, eventName: first }],
    },
    'records that cannot be read': { Records: [{ eventName: known, s3: all, ...NAMED_SECRETS }, record('a')] },
    'no notification': { ...NAMED_SECRETS, note: [all], [first]: 1, body: JSON.stringify(all) },
    'a text': all,
    'a list of texts': known,
    'a CloudEvent': {
      source: 'HC.OBS.DWR',
      type: 'OBS:DWR:ObjectCreated:PUT',
      id: first,
      subject: encodeURIComponent(all),
      ...NAMED_SECRETS,
      data: {
        eventName: 'ObjectCreated:Put',
        obs: { bucket: { name: 'source' }, object: { key: 'a', eTag: first } },
        requestParameters: { sourceIPAddress: all },
      },
    },
    'a request of the gateway': { httpMethod: 'POST', headers: NAMED_SECRETS, body: all },
  };
}

/** Requests that one may make of a redrive. */
export function redriveEvents(known: readonly string[]): Readonly<Record<string, unknown>> {
  const [first = ''] = known;
  return {
    everything: { parked: true },
    'everything, by timer': { trigger_type: 'TIMER', trigger_name: first, user_event: '{"parked":true}' },
    'everything, over HTTP': gatewayEvent('POST', '/redrive', { parked: true }, { headers: HEADERS }),
    'codes that are secrets': { codes: known, prefix: first.slice(0, 100) },
    'names that are secrets': { [first]: first },
    'a user event that is no JSON': { trigger_type: 'TIMER', user_event: `{"codes":["${first}` },
    'a body that is no JSON': gatewayEvent('POST', '/redrive', `{"codes":["${first}`, { headers: HEADERS }),
    'ages that are secrets': { older_than: first, limit: first },
    'a text': first,
  };
}

/** Requests that one may make of a reconciliation. */
export function reconcileEvents(known: readonly string[]): Readonly<Record<string, unknown>> {
  const [first = ''] = known;
  return {
    everything: {},
    'everything, by timer': { trigger_type: 'TIMER', trigger_name: first, user_event: '' },
    'a dry run, over HTTP': gatewayEvent('POST', '/reconcile', { dry_run: true }, { headers: HEADERS }),
    'routes that are secrets': { route: first, routes: known },
    'names that are secrets': { [first]: first },
    'a user event that is no JSON': { trigger_type: 'TIMER', user_event: `{"grace":["${first}` },
    'ages that are secrets': { grace: first, grace_period: first },
    'a text': first,
  };
}

/** Documents of a state bucket, by name, with secrets in every place. */
export function documents(known: readonly string[]): Readonly<Record<string, string>> {
  const all = known.join(' ');
  const [first = ''] = known;
  const event = { Records: [record('a', { note: all, eTag: first, ...NAMED_SECRETS })], [first]: all };
  const letter = {
    version: 1,
    id: '0'.repeat(32),
    kind: 'records',
    created: '2026-09-01T00:00:00.000Z',
    last_failed: '2026-09-01T00:00:00.000Z',
    attempts: 9,
    function: all,
    request_id: first,
    code: first,
    message: all,
    remedy: all,
    oms: { status: 400, error_code: first, error_msg: all, request_id: first },
    problems: [{ path: first, rule: first, message: all }],
    event,
  };
  const keys = [{ bucket: 'source', key: 'b', path: first, etag: first, event_time: first, version_id: first }];
  const invocation = (payload: unknown, answer: unknown) => ({
    timestamp: first,
    request_context: { request_id: first, function_urn: first, condition: all, approximate_invoke_count: 4 },
    request_payload: payload,
    response_context: { status_code: 200, function_error: all },
    response_payload: answer,
  });
  // So that a text that is cut at any length has a secret across the cut.
  const long = Array.from({ length: 40 }, () => all).join(' ');
  const named: Readonly<Record<string, unknown>> = {
    'dead-letters/a.json': letter,
    'dead-letters/b.json': { ...letter, id: '1'.repeat(32), kind: 'keys', sync_task_id: 'task-1', keys },
    'dead-letters/c.json': { ...letter, kind: 'event', event: { hello: all, ...NAMED_SECRETS } },
    'dead-letters/d.json': { ...letter, version: 2 },
    // A text, in which only the function's own secrets can be recognised.
    'dead-letters/e.json': { version: 0, [first]: all },
    'dead-letters/f.json': { ...letter, code: 'OmsSync.NoRoute', event: { Records: [record('c', {}, 'elsewhere')] } },
    'parked/g.json': { ...letter, code: all },
    'failed-invocations/h.json': invocation(event, { errorType: first, errorMessage: long }),
    'failed-invocations/i.json': invocation({ hello: all, ...NAMED_SECRETS }, { errorMessage: long }),
    'failed-invocations/j.json': invocation(JSON.stringify(event), JSON.stringify({ errorMessage: `x${long}` })),
    'failed-invocations/k.json': invocation({ httpMethod: 'POST', body: all }, { errorMessage: `xyz${long}` }),
    'failed-invocations/l.json': invocation({ trigger_type: 'TIMER', user_event: all }, { errorMessage: long }),
    [`failed-invocations/${encodeURIComponent(first).slice(0, 200)}.json`]: { note: all },
  };
  return {
    ...Object.fromEntries(Object.entries(named).map(([name, value]) => [name, JSON.stringify(value)])),
    [`reconcile/${first.slice(0, 8)}/checkpoint.json`]: JSON.stringify({ version: 1, note: all }),
    'dead-letters/m.json': `{"event": ${all}`,
    'dead-letters/n.json': JSON.stringify(JSON.stringify(all)),
  };
}
