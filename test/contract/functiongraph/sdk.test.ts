import { createRequire } from 'node:module';
import type * as Vendor from '@huaweicloud/huaweicloud-sdk-functiongraph/v2/public-api.js';
import { describe, expect, it } from 'vitest';
import { GOOD, TYPES } from '../../unit/local/functiongraph/triggers/bodies.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, type Started, send, start, zipOf } from './start.ts';

const require = createRequire(import.meta.url);

interface Credentials {
  withAk(ak: string): Credentials;
  withSk(sk: string): Credentials;
  withProjectId(id: string): Credentials;
  withSecurityToken(token: string): Credentials;
}

/** The official SDK: https://github.com/huaweicloud/huaweicloud-sdk-nodejs-v3 */
const sdk = require('@huaweicloud/huaweicloud-sdk-functiongraph/v2/public-api.js') as typeof Vendor;
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js') as {
  BasicCredentials: new () => Credentials;
};
// It writes keys and bodies to the output whenever a call is refused.
require('@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger.js').Logger4jInstance.level = 'off';

const CODE = `exports.handler = async (event, context) => {
  console.log('ran', JSON.stringify(event));
  return { got: event, version: context.getVersion(), mode: context.getUserData('MODE') };
}`;
const SECRET = 'of-the-function';

// biome-ignore lint/suspicious/noExplicitAny: answers are the JSON of the wire, whatever the SDK's types say
type Json = any;

/** The SDK's client, made with its builder as its own README shows. */
function clientOf({ fg, accounts }: Started, kind: 'permanent' | 'temporary'): Vendor.FunctionGraphClient {
  const issued = kind === 'temporary' ? accounts.issueTemporary() : undefined;
  const credentials = new BasicCredentials()
    .withAk(issued?.accessKey ?? ACCESS_KEY)
    .withSk(issued?.secretKey ?? SECRET_KEY)
    .withProjectId(PROJECT_ID);
  if (issued) credentials.withSecurityToken(issued.securityToken);
  return sdk.FunctionGraphClient.newBuilder()
    .withEndpoint(fg.url)
    .withCredential(credentials as never)
    .withOptions({ customUserAgent: 'contract-test' })
    .build();
}

function codeOf(code: string): Vendor.FuncCode {
  return new sdk.FuncCode().withFile(Buffer.from(zipOf(code)).toString('base64'));
}

function creation(name: string): Vendor.CreateFunctionRequest {
  return new sdk.CreateFunctionRequest().withBody(
    new sdk.CreateFunctionRequestBody(name, 'default', 'Node.js20.15', 10, 'index.handler', 256)
      .withCodeType('zip')
      .withCodeFilename('index.zip')
      .withUserData('{"MODE":"first"}')
      .withEncryptedUserData(JSON.stringify({ SECRET }))
      .withDescription('made by the SDK')
      .withFuncCode(codeOf(CODE)),
  );
}

/** A function with a version and an alias, made by the SDK. */
async function deploy(
  client: Vendor.FunctionGraphClient,
  name = 'service-dev-f',
): Promise<{ readonly urn: string; readonly live: string; readonly version: string }> {
  const created: Json = await client.createFunction(creation(name));
  const urn = created.func_urn.split(':').slice(0, 7).join(':');
  const published: Json = await client.createFunctionVersion(
    new sdk.CreateFunctionVersionRequest(urn).withBody(new sdk.CreateFunctionVersionRequestBody().withVersion('v1')),
  );
  const alias: Json = await client.createVersionAlias(
    new sdk.CreateVersionAliasRequest(urn).withBody(new sdk.CreateVersionAliasRequestBody('live', published.version)),
  );
  return { urn, live: alias.alias_urn, version: published.version };
}

/** The SDK's view of a refusal: status and code. */
async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    const { httpStatusCode: status, errorCode: code } = error as { httpStatusCode: number; errorCode: string };
    return [status, code];
  }
  throw new Error('it was taken');
}

describe.each(['permanent', 'temporary'] as const)('the official SDK with %s keys', (kind) => {
  it('creates, lists, shows and deletes functions', async () => {
    const client = clientOf(await start(), kind);

    const { urn, live } = await deploy(client);
    await client.createFunction(creation('service-dev-g'));

    const listed: Json = await client.listFunctions(new sdk.ListFunctionsRequest());
    expect(listed.functions.map((fn: Json) => fn.func_name)).toEqual(['service-dev-f', 'service-dev-g']);
    for (const shownUrn of [urn, live]) {
      const shown: Json = await client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(shownUrn));
      expect(shown).toMatchObject({
        httpStatusCode: 200,
        func_name: 'service-dev-f',
        runtime: 'Node.js20.15',
        timeout: 10,
        memory_size: 256,
        user_data: '{"MODE":"first"}',
        description: 'made by the SDK',
      });
      expect(JSON.stringify(shown)).not.toContain(SECRET);
    }
    expect(await refusal(client.createFunction(creation('service-dev-f')))).toEqual([409, 'FSS.1061']);
    await client.deleteFunction(new sdk.DeleteFunctionRequest(urn));
    expect(await refusal(client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn)))).toEqual([404, 'FSS.1051']);
  });

  it('invokes, at once and later', async () => {
    const started = await start();
    const client = clientOf(started, kind);
    const { live } = await deploy(client);

    const result: Json = await client.invokeFunction(
      new sdk.InvokeFunctionRequest(live)
        .withXCffLogType('tail')
        .withXCFFRequestVersion('v1')
        .withBody({ a: 1 as unknown as object }),
    );
    const queued: Json = await client.asyncInvokeFunction(
      new sdk.AsyncInvokeFunctionRequest(live).withBody({ b: 'ünï %2F' as unknown as object }),
    );
    await started.fg.idle();

    expect(result).toMatchObject({ httpStatusCode: 200, status: 200, request_id: expect.any(String) });
    expect(JSON.parse(result.result)).toEqual({ got: { a: 1 }, version: 'v1', mode: 'first' });
    expect(result.log).toContain('ran {"a":1}');
    expect(queued).toMatchObject({ httpStatusCode: 202, request_id: expect.any(String) });
    expect(started.logs.filter(({ requestId }) => requestId === queued.request_id).map(({ text }) => text)).toEqual([
      'ran {"b":"ünï %2F"}',
    ]);
  });

  it('updates code and configuration; the alias serves the version before until it is moved', async () => {
    const client = clientOf(await start(), kind);
    const { urn, live } = await deploy(client);
    const run = async (at: string): Promise<Json> => {
      const request = new sdk.InvokeFunctionRequest(at).withXCFFRequestVersion('v1').withBody({});
      return JSON.parse(((await client.invokeFunction(request)) as Json).result);
    };
    const update = (code: string) =>
      client.updateFunctionCode(
        new sdk.UpdateFunctionCodeRequest(urn).withBody(
          new sdk.UpdateFunctionCodeRequestBody('zip', codeOf(code)).withCodeFilename('index.zip'),
        ),
      );

    expect(await refusal(update(CODE))).toEqual([409, 'FSS.0409']);
    await update(CODE.replace('got: event', 'got: 2'));
    await client.updateFunctionConfig(
      new sdk.UpdateFunctionConfigRequest(urn).withBody(
        new sdk.UpdateFunctionConfigRequestBody('service-dev-f', 'Node.js20.15', 20, 'index.handler', 512).withUserData(
          '{"MODE":"second"}',
        ),
      ),
    );
    expect([await run(urn), await run(live)]).toEqual([
      { got: 2, version: 'latest', mode: 'second' },
      { got: {}, version: 'v1', mode: 'first' },
    ]);

    const publish = (version: string) =>
      client.createFunctionVersion(
        new sdk.CreateFunctionVersionRequest(urn).withBody(
          new sdk.CreateFunctionVersionRequestBody().withVersion(version),
        ),
      );
    await publish('v2');
    expect(await refusal(publish('v3'))).toEqual([400, 'FSS.1016']);
    const moved: Json = await client.updateVersionAlias(
      new sdk.UpdateVersionAliasRequest(urn, 'live').withBody(new sdk.UpdateVersionAliasRequestBody('v2')),
    );
    expect(moved).toMatchObject({ name: 'live', version: 'v2', alias_urn: live });
    expect(await run(live)).toEqual({ got: 2, version: 'v2', mode: 'second' });

    const versions: Json = await client.listFunctionVersions(new sdk.ListFunctionVersionsRequest(urn));
    expect(versions.versions.map((one: Json) => one.version).sort()).toEqual(['latest', 'v1', 'v2']);
    const aliases: Json = await client.listVersionAliases(new sdk.ListVersionAliasesRequest(urn));
    expect(Object.values(aliases as object).filter((one) => one?.name)).toEqual([
      expect.objectContaining({ name: 'live', version: 'v2' }),
    ]);
    const alias: Json = await client.showVersionAlias(new sdk.ShowVersionAliasRequest(urn, 'live'));
    expect(alias).toMatchObject({ name: 'live', version: 'v2' });
    await client.deleteVersionAlias(new sdk.DeleteVersionAliasRequest(urn, 'live'));
    await client.deleteFunction(new sdk.DeleteFunctionRequest(`${urn}:v1`));
    expect(await refusal(client.showFunctionConfig(new sdk.ShowFunctionConfigRequest(`${urn}:v1`)))).toEqual([
      404,
      'FSS.1052',
    ]);
  });

  it('sets what happens to asynchronous invocations', async () => {
    const client = clientOf(await start({ objectStore: 'http://127.0.0.1:1' }), kind);
    const { live } = await deploy(client);
    const failure = new sdk.FuncDestinationConfig()
      .withDestination('OBS')
      .withParam('{"bucket":"state","prefix":"failed/","expires":0}');
    const body = new sdk.UpdateFunctionAsyncInvokeConfigRequestBody()
      .withMaxAsyncEventAgeInSeconds(86_400)
      .withMaxAsyncRetryAttempts(3);

    expect(
      await refusal(
        client.updateFunctionAsyncInvokeConfig(
          new sdk.UpdateFunctionAsyncInvokeConfigRequest(live).withBody(
            new sdk.UpdateFunctionAsyncInvokeConfigRequestBody().withMaxAsyncRetryAttempts(4),
          ),
        ),
      ),
    ).toEqual([400, expect.stringMatching(/^FSS/)]);
    await client.updateFunctionAsyncInvokeConfig(new sdk.UpdateFunctionAsyncInvokeConfigRequest(live).withBody(body));
    const shown: Json = await client.showFunctionAsyncInvokeConfig(new sdk.ShowFunctionAsyncInvokeConfigRequest(live));
    expect(shown).toMatchObject({ max_async_event_age_in_seconds: 86_400, max_async_retry_attempts: 3 });
    // A destination needs an agency that may write there, which this function does not have.
    expect(
      await refusal(
        client.updateFunctionAsyncInvokeConfig(
          new sdk.UpdateFunctionAsyncInvokeConfigRequest(live).withBody(
            body.withDestinationConfig(new sdk.FuncAsyncDestinationConfig().withOnFailure(failure)),
          ),
        ),
      ),
    ).toEqual([403, 'FSS.1121']);
    await client.deleteFunctionAsyncInvokeConfig(new sdk.DeleteFunctionAsyncInvokeConfigRequest(live));
    expect(
      await refusal(client.showFunctionAsyncInvokeConfig(new sdk.ShowFunctionAsyncInvokeConfigRequest(live))),
    ).toEqual([404, expect.stringMatching(/^FSS/)]);
  });

  it('creates, lists, shows, changes and deletes triggers of every type', async () => {
    const client = clientOf(await start({ region: 'eu-west-101' }), kind);
    const { live } = await deploy(client);
    const create = (type: string, data: object, urn = live): Promise<unknown> =>
      client.createFunctionTrigger(
        new sdk.CreateFunctionTriggerRequest(urn).withBody(
          new sdk.CreateFunctionTriggerRequestBody(type, Object.assign(new sdk.TriggerEventDataRequestBody(), data)),
        ),
      );
    const types = TYPES.filter((type) => type !== 'DEDICATEDGATEWAY');

    for (const type of types) expect(await create(type, GOOD[type])).toMatchObject({ httpStatusCode: 201 });

    const listed: Json = await client.listFunctionTriggers(new sdk.ListFunctionTriggersRequest(live));
    expect(listed.map((one: Json) => one.trigger_type_code)).toEqual(types);
    expect(listed[0].event_data).toEqual(GOOD.EVENTGRID);
    const timer = listed.find((one: Json) => one.trigger_type_code === 'TIMER');
    const shown: Json = await client.showFunctionTrigger(
      new sdk.ShowFunctionTriggerRequest(live, 'TIMER', timer.trigger_id),
    );
    expect(shown).toMatchObject(timer);
    const changed: Json = await client.updateTrigger(
      new sdk.UpdateTriggerRequest(live, 'TIMER', timer.trigger_id).withBody(
        new sdk.UpdateTriggerRequestBody().withTriggerStatus('DISABLED'),
      ),
    );
    expect(changed.trigger_status).toBe('DISABLED');
    const dis = listed.find((one: Json) => one.trigger_type_code === 'DIS');
    const polled: Json = await client.updateTrigger(
      new sdk.UpdateTriggerRequest(live, 'DIS', dis.trigger_id).withBody(
        new sdk.UpdateTriggerRequestBody().withEventData([
          new sdk.UpdateriggerEventData().withIsSerial(false).withPollingInterval(5),
        ]),
      ),
    );
    expect(polled.event_data).toMatchObject({ is_serial: 'false', polling_interval: 5 });
    expect(await refusal(create('TIMER', { ...GOOD.TIMER, schedule_type: 'CRON' }))).toEqual([400, 'FSS.1109']);
    expect(await refusal(create('SMN', { ...GOOD.SMN, topic_urn: 'urn:smn:a:b:c' }))).toEqual([400, 'FSS.1306']);
    await client.deleteFunctionTrigger(new sdk.DeleteFunctionTriggerRequest(live, 'TIMER', timer.trigger_id));
    const left: Json = await client.listFunctionTriggers(new sdk.ListFunctionTriggersRequest(live));
    expect(left).toHaveLength(types.length - 1);
    await client.batchDeleteFunctionTriggers(new sdk.BatchDeleteFunctionTriggersRequest(live));
    expect(await client.listFunctionTriggers(new sdk.ListFunctionTriggersRequest(live))).toHaveLength(0);
  });

  it('finds the log stream of a function', async () => {
    const client = clientOf(await start(), kind);
    const { live, urn } = await deploy(client);

    const place: Json = await client.showLtsLogDetails(new sdk.ShowLtsLogDetailsRequest(live));

    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(place).toMatchObject({
      group_name: expect.stringMatching(/^functiongraph/),
      group_id: id,
      stream_id: id,
      stream_name: expect.stringMatching(/^service-dev-f/),
    });
    expect(await client.showLtsLogDetails(new sdk.ShowLtsLogDetailsRequest(urn))).toEqual(place);
    expect(await refusal(client.showLtsLogDetails(new sdk.ShowLtsLogDetailsRequest(`${urn}x`)))).toEqual([
      404,
      'FSS.1051',
    ]);
  });
});

describe('the official SDK', () => {
  it('is refused with a wrong key', async () => {
    const started = await start();
    const credentials = new BasicCredentials().withAk(ACCESS_KEY).withSk('wrong').withProjectId(PROJECT_ID);
    const client = sdk.FunctionGraphClient.newBuilder()
      .withEndpoint(started.fg.url)
      .withCredential(credentials as never)
      .withOptions({ customUserAgent: 'contract-test' })
      .build();

    expect(await refusal(client.listFunctions(new sdk.ListFunctionsRequest()))).toEqual([401, 'APIGW.0301']);
  });

  it('deploys what the gateway then serves', async () => {
    const started = await start();
    const client = clientOf(started, 'permanent');
    const { urn, live } = await deploy(client);
    const code = `exports.handler = async (event, context) =>
      ({ statusCode: 201, headers: {}, isBase64Encoded: false, body: event.pathParameters.id })`;
    await client.updateFunctionCode(
      new sdk.UpdateFunctionCodeRequest(urn).withBody(
        new sdk.UpdateFunctionCodeRequestBody('zip', codeOf(code)).withCodeFilename('index.zip'),
      ),
    );
    await client.createFunctionVersion(
      new sdk.CreateFunctionVersionRequest(urn).withBody(new sdk.CreateFunctionVersionRequestBody().withVersion('v2')),
    );
    await client.updateVersionAlias(
      new sdk.UpdateVersionAliasRequest(urn, 'live').withBody(new sdk.UpdateVersionAliasRequestBody('v2')),
    );
    const { func_info: _info, ...apig } = GOOD.APIG;
    const data = Object.assign(new sdk.TriggerEventDataRequestBody(), apig)
      .withAuth('NONE')
      .withFuncInfo(new sdk.ApigTriggerFuncInfo(5000));
    await client.createFunctionTrigger(
      new sdk.CreateFunctionTriggerRequest(live).withBody(new sdk.CreateFunctionTriggerRequestBody('APIG', data)),
    );

    const answer = await send('POST', started.fg.gatewayUrl, '/redrive/7');

    expect([answer.status, answer.text]).toEqual([201, '7']);
  });
});
