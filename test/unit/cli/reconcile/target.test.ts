import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { readCommandLine } from '../../../../scripts/cli/reconcile/flags.ts';
import { findTarget, type Target } from '../../../../scripts/cli/reconcile/target.ts';
import { reconcile } from '../../../../scripts/cli/reconcile.ts';
import { localStage } from '../../../../scripts/cli/stage.ts';
import { contextOf } from '../../../helpers/cli.ts';

const ENDPOINTS = {
  obs: 'http://127.0.0.1:8081',
  oms: 'http://127.0.0.1:8082',
  region: 'cn-north-4',
  project_id: 'local-project',
  access_key: 'LOCAL-AK',
  secret_key: 'local-secret',
  sync_task_id: 'task',
  source_bucket: 'source',
  destination_bucket: 'destination',
};
const KEYS = { SRC_ACCESS_KEY: 'S-AK', SRC_SECRET_KEY: 's-sk', DST_ACCESS_KEY: 'D-AK', DST_SECRET_KEY: 'd-sk' };
const HUAWEI = { HUAWEICLOUD_SDK_AK: 'H-AK', HUAWEICLOUD_SDK_SK: 'h-sk', OMS_SYNC_PROJECT_ID: 'project' };
const BOTH = ['--source', 's3://one/x', '--destination', 's3://two/x'];

const FILE = 'endpoints.json';
/** `--endpoints` is the local cloud, anything else an account. */
const find = async (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Target> => {
  const stage = argv.includes(FILE)
    ? localStage(FILE, ENDPOINTS as never, env)
    : { name: 'dev', env, local: undefined };
  return findTarget(readCommandLine(await contextOf(reconcile, argv)), stage);
};

describe('what reconcile compares', () => {
  it('is the two buckets of the local cloud, with its keys, whatever the environment has', async () => {
    const { cloud, source, destination, oms } = await find(['--endpoints', FILE], { ...KEYS, ...HUAWEI });

    expect(cloud).toContain('endpoints.json');
    const place = { endpoint: ENDPOINTS.obs, region: 'cn-north-4', cloud: 'HuaweiCloud', prefix: '' };
    const keys = { accessKey: 'LOCAL-AK', secretKey: 'local-secret' };
    expect(source).toMatchObject({ ...place, bucket: 'source', keys });
    expect(destination).toMatchObject({ ...place, bucket: 'destination', keys });
    expect(oms).toBeUndefined();
  });

  it.each([
    ['in the local cloud', ['--endpoints', FILE, '--source', 's3://one', '--destination', 's3://one']],
    ['in OBS', ['--source', 's3://one/x', '--destination', 's3://one/x']],
    [
      'at one endpoint, however it is written',
      ['--source', 's3://one', '--destination', 's3://one', '--source-endpoint', 'https://s3.example.com'].concat([
        '--destination-endpoint',
        'https://S3.example.com:443/',
      ]),
    ],
  ])('is never a bucket with itself, %s', async (_where, argv) => {
    await expect(find(argv, KEYS)).rejects.toThrow('--source and --destination are the same bucket, "one"');
  });

  it('is a bucket of the same name in another store', async () => {
    const argv = ['--source', 's3://one', '--destination', 's3://one', '--source-endpoint', 'https://s3.example.com'];
    expect(await find(argv, KEYS)).toMatchObject({ source: { bucket: 'one' }, destination: { bucket: 'one' } });
  });

  it('is other buckets of the local cloud where flags name them, and OMS is the local one', async () => {
    const { source, destination, oms } = await find(['--endpoints', FILE, ...BOTH, '--task', 't']);

    expect([source, destination]).toMatchObject([
      { bucket: 'one', prefix: 'x', endpoint: ENDPOINTS.obs },
      { bucket: 'two', prefix: 'x', endpoint: ENDPOINTS.obs },
    ]);
    expect(oms).toMatchObject({
      settings: { endpoint: ENDPOINTS.oms, projectId: 'local-project' },
      keys: { accessKey: 'LOCAL-AK' },
    });
  });

  it('can be a source elsewhere and a destination in the local cloud', async () => {
    const flags = ['--source-provider', 'AWS', '--source-region', 'eu-west-1', '--list-version', '1'];
    const { source, destination } = await find(['--endpoints', FILE, ...BOTH, ...flags], {
      ...KEYS,
      SRC_SECURITY_TOKEN: 'token',
    });

    expect(source).toMatchObject({
      cloud: 'AWS',
      region: 'eu-west-1',
      endpoint: 'https://s3.eu-west-1.amazonaws.com',
      listVersion: 1,
      keys: { accessKey: 'S-AK', secretKey: 's-sk', securityToken: 'token' },
    });
    expect(destination).toMatchObject({ endpoint: ENDPOINTS.obs, listVersion: 1, keys: { accessKey: 'LOCAL-AK' } });
  });

  it('is two buckets of OBS by the keys of Huawei Cloud alone', async () => {
    const { cloud, source, destination, oms } = await find([...BOTH, '--task', 't'], {
      ...HUAWEI,
      OMS_SYNC_REGION: 'cn-east-3',
      HUAWEICLOUD_SDK_SECURITY_TOKEN: 'token',
    });

    const keys = { accessKey: 'H-AK', secretKey: 'h-sk', securityToken: 'token' };
    expect(cloud).toBeUndefined();
    const endpoint = 'https://obs.cn-east-3.myhuaweicloud.com';
    expect([source, destination]).toMatchObject([
      { endpoint, keys },
      { endpoint, keys },
    ]);
    expect(oms).toMatchObject({ settings: { region: 'cn-east-3', projectId: 'project' }, keys });
  });

  it('finds OMS where serverless.yml has it', async () => {
    const { oms } = await find([...BOTH, '--task', 't'], HUAWEI);
    expect(oms?.settings.region).toBe('cn-north-4');
  });

  it('takes the keys of a side before those of Huawei Cloud', async () => {
    const { source, destination } = await find(BOTH, { ...KEYS, ...HUAWEI });
    expect([source.keys.accessKey, destination.keys.accessKey]).toEqual(['S-AK', 'D-AK']);
    expect(source.endpoint).toBe('https://obs.cn-north-4.myhuaweicloud.com');
  });

  it('is called at the pace that the environment sets', async () => {
    const { pace } = await find(BOTH, { ...KEYS, OMS_SYNC_MAX_KEYS_PER_CALL: '7', OMS_SYNC_CALLS_PER_SECOND: '20' });
    expect(pace).toMatchObject({ maxKeysPerCall: 7, callsPerSecond: 20, concurrency: 4 });
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['no bucket', [], KEYS, '--source is missing'],
    [
      'no keys of the source',
      BOTH,
      { DST_ACCESS_KEY: 'a', DST_SECRET_KEY: 'b' },
      'set SRC_ACCESS_KEY and SRC_SECRET_KEY',
    ],
    [
      'no keys of the destination',
      BOTH,
      { SRC_ACCESS_KEY: 'a', SRC_SECRET_KEY: 'b' },
      'set DST_ACCESS_KEY and DST_SECRET_KEY',
    ],
    ['half a pair', BOTH, { ...KEYS, SRC_SECRET_KEY: '' }, 'SRC_SECRET_KEY is missing'],
    ['the other half', BOTH, { ...KEYS, DST_ACCESS_KEY: '' }, 'DST_ACCESS_KEY is missing'],
    [
      'half a pair of Huawei Cloud',
      [...BOTH, '--task', 't'],
      { HUAWEICLOUD_SDK_AK: 'a' },
      'HUAWEICLOUD_SDK_SK is missing',
    ],
    ['no keys of OMS', [...BOTH, '--task', 't'], KEYS, 'set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK'],
    ['no project', [...BOTH, '--task', 't'], { ...HUAWEI, OMS_SYNC_PROJECT_ID: '' }, 'OMS_SYNC_PROJECT_ID is missing'],
    ['no region of another cloud', [...BOTH, '--source-provider', 'AWS'], KEYS, '--source-region is missing'],
    [
      'keys of Huawei Cloud for another cloud',
      [...BOTH, '--source-provider', 'AWS', '--source-region', 'x'],
      HUAWEI,
      'set SRC_ACCESS_KEY',
    ],
    [
      'a cloud without S3',
      [...BOTH, '--source-provider', 'Azure', '--source-region', 'x'],
      KEYS,
      'Azure has no S3 interface',
    ],
    ['a region that is none', [...BOTH, '--source-region', 'a/b'], KEYS, '--source-region'],
    ['an endpoint with a path', [...BOTH, '--source-endpoint', 'https://x.com/y'], KEYS, '--source-endpoint: '],
    [
      'an endpoint in plain text',
      [...BOTH, '--destination-endpoint', 'http://x.com'],
      KEYS,
      '--destination-endpoint: ',
    ],
    ['a pace that is none', BOTH, { ...KEYS, OMS_SYNC_CALLS_PER_SECOND: 'x' }, 'OMS_SYNC_CALLS_PER_SECOND'],
  ])('is refused in one line, by its name: %s', async (_name, argv, env, message) => {
    const error = await find(argv, env).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('names no key in an error', async () => {
    const error = (await find(BOTH, { SRC_ACCESS_KEY: 'ACCESS', SRC_SECRET_KEY: 'secret' }).catch(
      (e: unknown) => e,
    )) as Error;
    expect(error.message).not.toMatch(/ACCESS\b(?!_)|secret/);
  });
});
