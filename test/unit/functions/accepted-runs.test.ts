import { describe, expect, it } from 'vitest';
import { verifySdkHmac } from '../../../scripts/local/sdk-hmac.ts';
import { RUN_VARIABLES } from '../../helpers/bad-input.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { gatewayEvent, readAnswer } from '../../helpers/gateway-event.ts';
import type { StubReply } from '../../helpers/oms-stub.ts';

const oms = useOmsStub();
const PROJECT = '0123456789abcdef0123456789abcdef';
const URN = `urn:fss:cn-north-4:${PROJECT}:function:default:function-1`;
const accepted: StubReply = { status: 202, body: { request_id: 'run-1' } };

async function post(
  name: string,
  {
    body = {},
    variables = {},
    reply = accepted,
    context = {},
  }: {
    readonly body?: object;
    readonly variables?: Readonly<Record<string, string>>;
    readonly reply?: StubReply;
    readonly context?: object;
  } = {},
) {
  oms.stub.reply = () => reply;
  const all = { ...RUN_VARIABLES, FUNCTIONGRAPH_ENDPOINT: oms.stub.url, ...variables };
  const { handler } = await oms.load(name, { variables: all });
  const given = { ...fakeContext({ variables: oms.variables(all) }), ...context };
  return readAnswer(await handler(gatewayEvent('POST', `/${name}`, body), given));
}

describe.each([
  ['reconcile', { route: 'photos', grace_period: '0', dry_run: true }],
  ['redrive', { codes: ['OmsSync.NoRoute'], older_than: '1h' }],
])('POST /%s', (name, options) => {
  it('has FunctionGraph invoke the function with what was asked, and answers its request id', async () => {
    expect(await post(name, { body: options })).toMatchObject({ status: 202, body: { request_id: 'run-1' } });

    expect(oms.stub.requests).toHaveLength(1);
    const [{ method = '', url = '', headers = {}, text = '' } = {}] = oms.stub.requests;
    expect([method, url]).toEqual(['POST', `/v2/${PROJECT}/fgs/functions/${URN}:latest/invocations-async`]);
    expect(JSON.parse(text)).toEqual({ trigger_type: 'HTTP', options });
    const key = {
      accessKey: 'TEMPORARYACCESSKEY',
      secretKey: 'temporary-secret-key',
      securityToken: 'temporary-security-token',
    };
    const signed = { method, target: url, headers, body: Buffer.from(text) };
    expect(verifySdkHmac(signed, (accessKey) => (accessKey === key.accessKey ? key : undefined), Date.now())).toEqual({
      ok: true,
      key,
    });
  });
});

describe('a request for a run', () => {
  it.each<[object, string]>([
    [{ getAlias: () => 'live', getVersion: () => 'v7' }, ':!live'],
    [{ getAlias: () => undefined, getVersion: () => 'v7' }, ':v7'],
    [{ getAlias: () => undefined, getVersion: () => undefined }, ''],
  ])('goes to the alias that serves, or the version that runs', async (context, qualifier) => {
    await post('redrive', { context });

    expect(oms.stub.requests.map(({ url }) => url)).toEqual([
      `/v2/${PROJECT}/fgs/functions/${URN}${qualifier}/invocations-async`,
    ]);
  });

  it('is signed with permanent keys where there is no agency, and with those of the agency else', async () => {
    const variables = { OMS_ACCESS_KEY: 'PERMANENTKEY', OMS_SECRET_KEY: 'permanent-secret' };
    await post('redrive', { variables });
    await post('redrive', { variables, context: { getSecurityToken: () => '' } });

    expect(oms.stub.requests.map(({ headers }) => /Access=(\w+)/.exec(headers.authorization ?? '')?.[1])).toEqual([
      'TEMPORARYACCESSKEY',
      'PERMANENTKEY',
    ]);
  });

  it('is refused where ROUTES says that none of its routes can be compared', async () => {
    const route = (name: string, destination?: object) => ({
      ...{ name, source: { bucket: name }, sync_task_id: name },
      ...(destination && { destination }),
    });
    const routes = [route('none'), route('itself', { bucket: 'itself' }), route('good', { bucket: 'replica' })];
    const variables = { ROUTES: JSON.stringify(routes) };

    expect(await post('reconcile', { variables })).toMatchObject({ status: 202 });
    oms.stub.requests.length = 0;
    for (const [index, [name, rule]] of [
      ['none', 'required'],
      ['itself', 'other_bucket'],
    ].entries())
      expect(await post('reconcile', { variables, body: { route: name } })).toMatchObject({
        status: 400,
        body: {
          error_code: 'OmsSync.BucketConfiguration',
          details: [{ path: `ROUTES[${index}].destination.bucket`, rule }],
        },
      });
    expect(oms.stub.requests).toHaveLength(0);
  });

  const NO = ['OmsSync.RunNotStarted', 'No run was started: '] as const;
  const UNKNOWN = ['OmsSync.RunUncertain', 'It is not known whether a run was started'] as const;
  it.each<[string, StubReply, number, readonly [string, string], string]>([
    [
      'a missing right',
      { status: 403, body: { error_code: 'FSS.1126', error_msg: 'no' } },
      502,
      NO,
      'FunctionGraph answered 403 FSS.1126 to the function that invokes itself. Its agency needs functiongraph:function:invokeAsync',
    ],
    ['a signature that is refused', { status: 401, body: '<html>' }, 502, NO, 'functiongraph:function:invokeAsync'],
    ['a function that is gone', { status: 404, body: { error_code: 'FSS.1051' } }, 502, NO, '404 FSS.1051'],
    ['throttling', { status: 429, headers: { 'retry-after': '7' } }, 503, NO, 'too many requests'],
    ['a failure', { status: 500, body: { error_code: 'FSS.0500' } }, 502, UNKNOWN, '500 FSS.0500'],
    ['a service that is not available', { status: 503, headers: { 'retry-after': '7' } }, 503, UNKNOWN, '503'],
    ['another success', { status: 200, body: { request_id: 'run-1' } }, 502, UNKNOWN, '200, where 202 is documented'],
    ['an error with a success', { status: 202, body: { error_code: 'FSS.0500' } }, 502, UNKNOWN, '202 FSS.0500'],
    ['no id', { status: 202, body: '{"request_id":7}' }, 502, UNKNOWN, '202'],
    ['no JSON', { status: 202, body: '<html>' }, 502, UNKNOWN, '202'],
    ['no answer', { hangUp: true }, 502, UNKNOWN, 'ECONNRESET'],
  ])('is told of %s', async (_what, reply, status, [code, state], reason) => {
    const answer = await post('reconcile', { reply });

    expect(answer).toMatchObject({
      status,
      body: { error_code: code, error_msg: expect.stringContaining(reason), request_id: 'request-1' },
    });
    expect(answer.body.error_msg).toContain(state);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '7' : undefined);
    expect(oms.stub.requests).toHaveLength(1);
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'request failed', status }),
    );
  });

  it.each([
    ['no region', { variables: { OMS_REGION: '' } }, 500, 'OmsSync.Configuration'],
    ['no credentials', { context: { getSecurityToken: () => '' } }, 500, 'OmsSync.MissingCredentials'],
    ['no state bucket', { variables: { STATE_BUCKET: '' } }, 500, 'OmsSync.Configuration'],
    ['no name of the function', { context: { getFunctionName: () => '' } }, 502, 'OmsSync.RunNotStarted'],
    ['no time', { context: { getRemainingTimeInMilliSeconds: () => 400 } }, 504, 'OmsSync.DeadlineExceeded'],
    [
      'nobody at the endpoint',
      { variables: { FUNCTIONGRAPH_ENDPOINT: 'http://127.0.0.1:1' } },
      502,
      'OmsSync.RunNotStarted',
    ],
  ])('starts nothing where there is %s', async (_what, options, status, error_code) => {
    expect(await post('redrive', options)).toMatchObject({ status, body: { error_code } });
    expect(oms.stub.requests).toHaveLength(0);
  });
});
