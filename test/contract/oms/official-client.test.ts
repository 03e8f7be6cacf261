import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, type Service, startService, taskBody } from './service.ts';

const require = createRequire(import.meta.url);

interface Request {
  readonly method: string;
  readonly url: string;
  readonly data?: unknown;
  readonly queryParams?: Readonly<Record<string, unknown>>;
  readonly taskId?: string;
}

interface HcClient {
  sendRequest(options: unknown): Promise<Record<string, unknown> & { httpStatusCode: number }>;
}

interface Core {
  ClientBuilder: new (
    init: (client: HcClient) => HcClient,
  ) => {
    withEndpoint(endpoint: string): InstanceType<Core['ClientBuilder']>;
    withCredential(credential: unknown): InstanceType<Core['ClientBuilder']>;
    build(): HcClient;
  };
  BasicCredentials: new () => {
    withAk(ak: string): InstanceType<Core['BasicCredentials']>;
    withSk(sk: string): InstanceType<Core['BasicCredentials']>;
    withProjectId(id: string): InstanceType<Core['BasicCredentials']>;
    withSecurityToken(token: string): InstanceType<Core['BasicCredentials']>;
  };
}

/**
 * The core of the official SDK, with requests as its generated OMS client builds them.
 * https://github.com/huaweicloud/huaweicloud-sdk-nodejs-v3, services/oms/v2/OmsClient.ts
 */
describe.each(['permanent', 'temporary'])('the official client with %s keys', (kind) => {
  let service: Service;
  let client: HcClient;

  beforeAll(async () => {
    service = await startService();
    const { ClientBuilder, BasicCredentials } = {
      ...require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js'),
      ...require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js'),
    } as Core;
    const issued = service.accounts.issueTemporary();
    const credentials =
      kind === 'temporary'
        ? new BasicCredentials()
            .withAk(issued.accessKey)
            .withSk(issued.secretKey)
            .withSecurityToken(issued.securityToken)
            .withProjectId(PROJECT_ID)
        : new BasicCredentials().withAk(ACCESS_KEY).withSk(SECRET_KEY).withProjectId(PROJECT_ID);
    client = new ClientBuilder((given) => given).withEndpoint(service.oms.url).withCredential(credentials).build();
  });
  afterAll(() => service.close());

  const send = ({ method, url, data, queryParams = {}, taskId }: Request) =>
    client.sendRequest({
      method,
      url: `/v2/{project_id}/sync-tasks${url}`,
      contentType: data === undefined ? 'application/json' : 'application/json;charset=UTF-8',
      queryParams,
      pathParams: { project_id: PROJECT_ID, ...(taskId === undefined ? {} : { sync_task_id: taskId }) },
      headers: {},
      ...(data === undefined ? {} : { data }),
    });

  it('carries out all eight operations', async () => {
    service.s3.put('source/a', 'abc');
    const now = Date.now();
    const created = await send({ method: 'POST', url: '', data: taskBody() });
    const taskId = String(created['sync_task_id']);
    const task = '/{sync_task_id}';

    const listed = await send({ method: 'GET', url: '', queryParams: { limit: 10, offset: 0 } });
    const accepted = await send({ method: 'POST', url: `${task}/events`, taskId, data: { object_keys: ['a'] } });
    await service.oms.idle();
    const shown = await send({ method: 'GET', url: task, taskId, queryParams: { query_time: now } });
    const span = { data_type: 'REQUEST,SIZE', start_time: now - 3600_000, end_time: now + 3600_000 };
    const series = await send({ method: 'GET', url: `${task}/statistics`, taskId, queryParams: span });
    const stopped = await send({ method: 'POST', url: `${task}/stop`, taskId });
    const keys = { src_ak: 'a', src_sk: 'b', dst_ak: 'c', dst_sk: 'd' };
    const started = await send({ method: 'POST', url: `${task}/start`, taskId, data: keys });
    await send({ method: 'POST', url: `${task}/stop`, taskId });
    const deleted = await send({ method: 'DELETE', url: task, taskId });

    const answers = [created, listed, accepted, shown, series, stopped, started, deleted];
    expect(answers.map(({ httpStatusCode }) => httpStatusCode)).toEqual(answers.map(() => 200));
    expect(listed).toMatchObject({ count: 1 });
    expect(shown).toMatchObject({ monthly_success_object: 1, monthly_size: 3 });
    expect(series).toMatchObject({ statistic_datas: [{ data_type: 'REQUEST' }, { data_type: 'SIZE' }] });
  });

  it('signs bodies with every field of the tables, in any script', async () => {
    const cdn = {
      authentication_type: 'ALIYUN_OSS_A',
      authentication_key: 'k',
      domain: 'cdn.example.com',
      protocol: 'https',
    };
    const created = await send({
      method: 'POST',
      url: '',
      data: taskBody({
        description: '同步 – a+b ☃ \u{1F4C4}',
        dst_storage_policy: 'IA',
        app_id: '125',
        source_cdn: cdn,
        consistency_check: 'crc64',
        enable_metadata_migration: true,
        src_crypto_type: 'DEFAULT',
        dst_crypto_type: 'DEFAULT',
      }),
    });
    const task = { url: '/{sync_task_id}', taskId: String(created['sync_task_id']) };
    const shown = await send({ method: 'GET', ...task, queryParams: { query_time: Date.now() } });
    expect(shown).toMatchObject({
      description: '同步 – a+b ☃ \u{1F4C4}',
      dst_storage_policy: 'IA',
      consistency_check: 'crc64',
      enable_metadata_migration: true,
    });
    const listed = await send({
      method: 'GET',
      url: '',
      queryParams: { limit: 1, offset: 0, status: 'SYNCHRONIZING' },
    });
    expect(listed).toMatchObject({ tasks: [{ source_cdn: { domain: 'cdn.example.com', protocol: 'https' } }] });

    await send({ method: 'POST', url: `${task.url}/stop`, taskId: task.taskId });
    const data = {
      ...{ src_ak: 'a', src_sk: 'b', dst_ak: 'c', dst_sk: 'd', source_cdn_authentication_key: 'é' },
      ...{ src_crypto_type: 'DEFAULT', dst_crypto_type: 'DEFAULT', source_cdn_crypto_type: 'DEFAULT' },
    };
    expect(await send({ method: 'POST', url: `${task.url}/start`, taskId: task.taskId, data })).toMatchObject({
      httpStatusCode: 200,
    });
    const keys = ['test%2F001.txt', 'test%2B001.txt', 'test+001.txt', '%E6%8A%A5%E5%91%8A%20%25'];
    const events = { method: 'POST', url: `${task.url}/events`, taskId: task.taskId, data: { object_keys: keys } };
    expect(await send(events)).toMatchObject({ httpStatusCode: 200 });
  });
});
