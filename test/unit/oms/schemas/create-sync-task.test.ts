import { describe, expect, it } from 'vitest';
import { createSyncTaskBody, createSyncTaskRequest } from '#shared/oms/schemas/create-sync-task.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';

const TASK = {
  src_region: 'cn-beijing',
  src_bucket: 'source',
  src_ak: 'src-ak',
  src_sk: 'src-sk',
  dst_ak: 'dst-ak',
  dst_sk: 'dst-sk',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
};
const CDN = { authentication_type: 'NONE', domain: 'cdn.example.com', protocol: 'https' };

/** `path rule` of every problem, sorted. */
function problemsOf(
  body: unknown,
  schema: typeof createSyncTaskBody | typeof createSyncTaskRequest = createSyncTaskBody,
) {
  try {
    parse(schema, body, 'The body');
    return [];
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return error.details.map(({ path, rule }) => `${path} ${rule}`.trim()).toSorted();
  }
}

function without(name: keyof typeof TASK): Record<string, unknown> {
  const { [name]: _removed, ...rest } = TASK;
  return rest;
}

const EMOJI = '😀';

describe('the body of create-sync-task', () => {
  it('gets the documented defaults, and no field that is not documented everywhere', () => {
    expect(parse(createSyncTaskBody, TASK)).toEqual({
      ...TASK,
      src_cloud_type: 'Aliyun',
      enable_metadata_migration: false,
      enable_restore: false,
      dst_storage_policy: 'STANDARD',
      consistency_check: 'size_last_modified',
    });
  });

  it('passes every documented field on as it is given', () => {
    const everything = {
      ...TASK,
      src_cloud_type: 'Tencent',
      description: 'nightly 同步 !@#$%',
      enable_metadata_migration: true,
      enable_restore: true,
      dst_storage_policy: 'SRC_STORAGE_MAPPING',
      app_id: '1250000000',
      source_cdn: {
        authentication_key: 'key',
        authentication_type: 'TENCENT_COS_D',
        domain: 'cdn.example.com',
        protocol: 'http',
        crypto_type: 'KMS',
        kms_key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
      },
      consistency_check: 'crc64',
      enable_kms: false,
      src_crypto_type: 'KMS',
      dst_crypto_type: 'DEFAULT',
      src_kms_key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
      dst_kms_key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
    };
    expect(parse(createSyncTaskBody, everything)).toEqual(everything);
  });

  it('of the documentation is right', () => {
    const documented = {
      src_cloud_type: 'Aliyun',
      src_region: 'cn-beijing',
      src_bucket: 'api-auto-test1',
      src_ak: 'src_ak',
      src_sk: 'src_sk',
      dst_ak: 'dst_ak',
      dst_sk: 'dst_sk',
      dst_region: 'cn-north-4',
      dst_bucket: 'oms-sonar-north',
      description: 'XXXX',
      enable_restore: false,
      enable_metadata_migration: false,
    };
    expect(problemsOf(documented)).toEqual([]);
  });

  it.each(Object.keys(TASK) as (keyof typeof TASK)[])('must have %s', (name) => {
    expect(problemsOf(without(name))).toEqual([`${name} required`]);
    expect(problemsOf({ ...TASK, [name]: null })).toEqual([`${name} type`]);
    expect(problemsOf({ ...TASK, [name]: 5 })).toEqual([`${name} type`]);
  });

  it.each(['src_ak', 'src_sk', 'dst_ak', 'dst_sk'] as const)('may leave %s to a variable over HTTP', (name) => {
    expect(problemsOf(without(name), createSyncTaskRequest)).toEqual([]);
    expect(problemsOf({ ...TASK, [name]: '' }, createSyncTaskRequest)).toEqual([`${name} not_empty`]);
  });

  it.each<[string, number]>([
    ['src_region', 100],
    ['src_bucket', 1024],
    ['src_ak', 100],
    ['src_sk', 100],
    ['dst_ak', 100],
    ['dst_sk', 100],
    ['dst_region', 100],
    ['dst_bucket', 1024],
    ['description', 255],
    ['app_id', 255],
  ])('has at most the documented characters in %s: %i, an emoji being one', (name, maximum) => {
    expect(problemsOf({ ...TASK, [name]: 'x'.repeat(maximum) })).toEqual([]);
    expect(problemsOf({ ...TASK, [name]: EMOJI.repeat(maximum) })).toEqual([]);
    expect(problemsOf({ ...TASK, [name]: 'x'.repeat(maximum + 1) })).toEqual([`${name} max_length`]);
    expect(problemsOf({ ...TASK, [name]: EMOJI.repeat(maximum + 1) })).toEqual([`${name} max_length`]);
    expect(problemsOf({ ...TASK, [name]: 'x'.repeat(10 * maximum) })).toEqual([`${name} max_length`]);
  });

  it.each(['src_bucket', 'src_ak', 'src_sk', 'dst_ak', 'dst_sk', 'dst_region', 'dst_bucket'])(
    'has no empty %s, which could never work',
    (name) => {
      expect(problemsOf({ ...TASK, [name]: '' })).toEqual([`${name} not_empty`]);
    },
  );

  it.each(['src_region', 'description', 'app_id'])('may have an empty %s', (name) => {
    expect(problemsOf({ ...TASK, [name]: '' })).toEqual([]);
  });

  it.each(['AWS', 'Azure', 'Aliyun', 'HuaweiCloud', 'QingCloud', 'KingsoftCloud', 'Baidu', 'Qiniu', 'UCloud'])(
    'knows the cloud %s',
    (src_cloud_type) => {
      expect(problemsOf({ ...TASK, src_cloud_type })).toEqual([]);
    },
  );

  it.each(['Google', 'aliyun', '', 'URLSource'])('does not know the cloud %j', (src_cloud_type) => {
    expect(problemsOf({ ...TASK, src_cloud_type })).toEqual(['src_cloud_type enum']);
  });

  it('must have an app_id for Tencent', () => {
    expect(problemsOf({ ...TASK, src_cloud_type: 'Tencent' })).toEqual(['app_id required_for_cloud_type']);
    expect(problemsOf({ ...TASK, src_cloud_type: 'Tencent', app_id: '' })).toEqual(['app_id required_for_cloud_type']);
    expect(problemsOf({ ...TASK, src_cloud_type: 'Tencent', app_id: '125' })).toEqual([]);
  });

  it.each(['<', '>', '(', ')', '"', "'", '&'])('has no %s in its description', (character) => {
    expect(problemsOf({ ...TASK, description: `a${character}b` })).toEqual(['description forbidden_characters']);
  });

  it('has every problem of one field reported', () => {
    expect(problemsOf({ ...TASK, description: '<'.repeat(256) })).toEqual([
      'description forbidden_characters',
      'description max_length',
    ]);
  });

  it.each(['STANDARD', 'IA', 'ARCHIVE', 'DEEP_ARCHIVE', 'SRC_STORAGE_MAPPING'])('knows %s', (dst_storage_policy) => {
    expect(problemsOf({ ...TASK, dst_storage_policy })).toEqual([]);
  });

  it.each(['standard', '', null, 'GLACIER'])('does not know the storage policy %j', (dst_storage_policy) => {
    expect(problemsOf({ ...TASK, dst_storage_policy })).toEqual(['dst_storage_policy enum']);
  });

  it.each([
    ['HuaweiCloud', []],
    ['Aliyun', []],
    ['Tencent', []],
    ['AWS', ['consistency_check crc64_cloud_type']],
    ['Azure', ['consistency_check crc64_cloud_type']],
    ['Qiniu', ['consistency_check crc64_cloud_type']],
    ['nowhere', ['src_cloud_type enum']],
  ])('may check crc64 from %s: %j', (src_cloud_type, problems) => {
    expect(problemsOf({ ...TASK, src_cloud_type, app_id: '1', consistency_check: 'crc64' })).toEqual(problems);
  });

  it('may check crc64 from the default cloud, Aliyun', () => {
    expect(problemsOf({ ...TASK, consistency_check: 'crc64' })).toEqual([]);
  });

  it('leaves transmission to OMS for every cloud', () => {
    expect(problemsOf({ ...TASK, src_cloud_type: 'AWS', consistency_check: 'transmission' })).toEqual([]);
  });

  it('does not ask for no_check, which the newest page no longer has', () => {
    expect(problemsOf({ ...TASK, consistency_check: 'no_check' })).toEqual(['consistency_check enum']);
  });

  it.each(['enable_kms', 'enable_restore', 'enable_metadata_migration'])('has a boolean %s', (name) => {
    expect(problemsOf({ ...TASK, [name]: true })).toEqual([]);
    expect(problemsOf({ ...TASK, [name]: 'true' })).toEqual([`${name} type`]);
    expect(problemsOf({ ...TASK, [name]: null })).toEqual([`${name} type`]);
  });

  it.each(['src_kms_key_id', 'dst_kms_key_id'])('has exactly 36 characters in %s', (name) => {
    expect(problemsOf({ ...TASK, [name]: 'x'.repeat(36) })).toEqual([]);
    expect(problemsOf({ ...TASK, [name]: 'x'.repeat(35) })).toEqual([`${name} length`]);
    expect(problemsOf({ ...TASK, [name]: 'x'.repeat(37) })).toEqual([`${name} length`]);
  });

  it.each(['src_crypto_type', 'dst_crypto_type'])('has DEFAULT or KMS in %s', (name) => {
    expect(problemsOf({ ...TASK, [name]: 'KMS' })).toEqual([]);
    expect(problemsOf({ ...TASK, [name]: 'AES' })).toEqual([`${name} enum`]);
  });

  it.each(['object_overwrite_mode', 'src_Bucket', 'task_name', '', 'toString'])('has no field %j', (name) => {
    const path = name === '' ? '[""]' : name;
    expect(problemsOf({ ...TASK, [name]: 1 })).toEqual([`${path} unknown_field`]);
  });

  it('has no field __proto__', () => {
    expect(problemsOf(JSON.parse(`${JSON.stringify(TASK).slice(0, -1)},"__proto__":{"src_ak":"x"}}`))).toEqual([
      '__proto__ unknown_field',
    ]);
  });

  it.each([
    [undefined, 'required'],
    [null, 'type'],
    ['{}', 'type'],
    [[], 'type'],
    [5, 'type'],
  ])('is not %j', (body, rule) => {
    expect(problemsOf(body)).toEqual([rule]);
  });

  it('has all problems reported at once, those across fields among them, and no value', () => {
    const secret = 'do-not-repeat-me';
    const body = {
      src_cloud_type: 'Tencent',
      src_bucket: '',
      src_ak: secret.repeat(10),
      dst_ak: 'ak',
      dst_sk: { secret },
      description: `(${secret})`,
      source_cdn: { authentication_type: 'ALIYUN_OSS_B', domain: '', protocol: secret, more: secret },
      consistency_check: secret,
      dst_storage_policy: 5,
      enable_restore: secret,
      enable_Kms: true,
    };
    expect(problemsOf(body)).toEqual(
      [
        'app_id required_for_cloud_type',
        'consistency_check enum',
        'description forbidden_characters',
        'dst_bucket required',
        'dst_region required',
        'dst_sk type',
        'dst_storage_policy enum',
        'enable_Kms unknown_field',
        'enable_restore type',
        'source_cdn.authentication_key required_for_authentication_type',
        'source_cdn.domain not_empty',
        'source_cdn.more unknown_field',
        'source_cdn.protocol enum',
        'src_ak max_length',
        'src_bucket not_empty',
        'src_region required',
        'src_sk required',
      ].toSorted(),
    );
    try {
      parse(createSyncTaskBody, body);
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain(secret);
      expect(String(error)).not.toContain(secret);
    }
  });
});

describe('source_cdn', () => {
  const problems = (source_cdn: unknown) => problemsOf({ ...TASK, source_cdn });

  it.each([
    'ALIYUN_OSS_A',
    'ALIYUN_OSS_B',
    'ALIYUN_OSS_C',
    'AZURE_SAS_TOKEN',
    'TENCENT_COS_A',
    'TENCENT_COS_B',
    'TENCENT_COS_C',
    'TENCENT_COS_D',
  ])('needs a key for %s', (authentication_type) => {
    const missing = ['source_cdn.authentication_key required_for_authentication_type'];
    expect(problems({ ...CDN, authentication_type })).toEqual(missing);
    expect(problems({ ...CDN, authentication_type, authentication_key: '' })).toEqual(missing);
    expect(problems({ ...CDN, authentication_type, authentication_key: 'key' })).toEqual([]);
  });

  it.each(['QINIU_PRIVATE_AUTHENTICATION', 'KSYUN_PRIVATE_AUTHENTICATION'])(
    'needs no key for %s and takes one',
    (authentication_type) => {
      expect(problems({ ...CDN, authentication_type })).toEqual([]);
      expect(problems({ ...CDN, authentication_type, authentication_key: 'key' })).toEqual([]);
    },
  );

  it('has no key for NONE', () => {
    expect(problems({ ...CDN, authentication_key: '' })).toEqual([]);
    expect(problems({ ...CDN, authentication_key: 'key' })).toEqual([
      'source_cdn.authentication_key not_with_authentication_type',
    ]);
  });

  it('is sent with the type NONE where it has none', () => {
    const { authentication_type: _removed, ...cdn } = CDN;
    expect(parse(createSyncTaskBody, { ...TASK, source_cdn: cdn }).source_cdn).toEqual(CDN);
  });

  it('has at most 255 characters in its key and 1024 in its domain', () => {
    const keyed = { ...CDN, authentication_type: 'AZURE_SAS_TOKEN' };
    expect(problems({ ...keyed, authentication_key: 'x'.repeat(255), domain: 'x'.repeat(1024) })).toEqual([]);
    expect(problems({ ...keyed, authentication_key: 'x'.repeat(256), domain: 'x'.repeat(1025) })).toEqual([
      'source_cdn.authentication_key max_length',
      'source_cdn.domain max_length',
    ]);
  });

  it.each([
    [{}, ['source_cdn.domain required', 'source_cdn.protocol required']],
    [{ ...CDN, protocol: 'HTTPS' }, ['source_cdn.protocol enum']],
    [{ ...CDN, authentication_type: 'BASIC' }, ['source_cdn.authentication_type enum']],
    [{ ...CDN, crypto_type: 'kms', kms_key_id: '1' }, ['source_cdn.crypto_type enum', 'source_cdn.kms_key_id length']],
    [null, ['source_cdn type']],
    ['cdn', ['source_cdn type']],
  ])('is refused as %j', (cdn, expected) => {
    expect(problems(cdn)).toEqual(expected);
  });
});
