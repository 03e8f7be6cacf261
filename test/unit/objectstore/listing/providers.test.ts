import { describe, expect, it } from 'vitest';
import {
  endpointOf,
  isProviderName,
  PROVIDERS,
  type ProviderName,
  providerOf,
  UnsupportedProviderError,
} from '#shared/objectstore/providers.ts';
import { CLOUD_TYPES } from '#shared/oms/schemas/enums.ts';

describe('the table of clouds', () => {
  it('has every cloud that a sync task can read, and no other', () => {
    expect(Object.keys(PROVIDERS)).toEqual([...CLOUD_TYPES]);
    for (const name of CLOUD_TYPES) expect(isProviderName(name)).toBe(true);
    for (const name of ['Google', 'aws', '', 'toString', '__proto__']) expect(isProviderName(name)).toBe(false);
  });

  it('has the quirks that listings depend on', () => {
    const where = (test: (name: ProviderName) => boolean) => (Object.keys(PROVIDERS) as ProviderName[]).filter(test);
    expect(where((name) => PROVIDERS[name].listVersion === 1)).toEqual([
      'Tencent',
      'QingCloud',
      'KingsoftCloud',
      'UCloud',
    ]);
    expect(where((name) => !PROVIDERS[name].urlEncoding)).toEqual(['KingsoftCloud', 'Qiniu']);
    expect(where((name) => PROVIDERS[name].addressing === 'path')).toEqual(['Qiniu']);
    expect(where((name) => !PROVIDERS[name].securityToken)).toEqual(['Baidu']);
    expect(where((name) => PROVIDERS[name].upperCaseEtag)).toEqual(['Aliyun']);
    expect(where((name) => !PROVIDERS[name].documented)).toEqual(['QingCloud', 'KingsoftCloud']);
  });
});

describe('a provider', () => {
  it('is what a route says instead, field by field', () => {
    expect(providerOf('HuaweiCloud')).toEqual(PROVIDERS.HuaweiCloud);
    expect(providerOf('HuaweiCloud', { listVersion: 1, urlEncoding: false })).toEqual({
      ...PROVIDERS.HuaweiCloud,
      listVersion: 1,
      urlEncoding: false,
    });
    expect(PROVIDERS.HuaweiCloud.listVersion).toBe(2);
  });

  it('without an S3 interface is refused by name, and an unknown one without its name', () => {
    expect(() => providerOf('Azure')).toThrow(/^Azure has no S3 interface/);
    expect(() => providerOf('Azure')).toThrow(UnsupportedProviderError);
    for (const name of ['Secret', 'toString', '__proto__', '']) {
      expect(() => providerOf(name)).toThrow(/is none of AWS, Azure, .*UCloud, so it cannot be listed/);
      expect(() => providerOf(name)).not.toThrow(/Secret/);
    }
    expect(new UnsupportedProviderError('x')).toMatchObject({ status: 400, code: 'OmsSync.ObjectStoreUnsupported' });
  });
});

describe('an endpoint', () => {
  it.each([
    ['AWS', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com'],
    ['AWS', 'cn-north-1', 'https://s3.cn-north-1.amazonaws.com.cn'],
    ['Aliyun', 'cn-hangzhou', 'https://s3.oss-cn-hangzhou.aliyuncs.com'],
    ['Aliyun', 'oss-cn-hangzhou', 'https://s3.oss-cn-hangzhou.aliyuncs.com'],
    ['Tencent', 'ap-guangzhou', 'https://cos.ap-guangzhou.myqcloud.com'],
    ['HuaweiCloud', 'cn-north-4', 'https://obs.cn-north-4.myhuaweicloud.com'],
    ['QingCloud', 'pek3b', 'https://s3.pek3b.qsstor.com'],
    ['KingsoftCloud', 'cn-beijing', 'https://ks3-cn-beijing.ksyuncs.com'],
    ['KingsoftCloud', 'ks3-cn-beijing', 'https://ks3-cn-beijing.ksyuncs.com'],
    ['Baidu', 'bj', 'https://s3.bj.bcebos.com'],
    ['Qiniu', 'cn-east-1', 'https://s3-cn-east-1.qiniucs.com'],
    ['UCloud', 'cn-bj', 'https://s3-cn-bj.ufileos.com'],
  ])('of %s in %s is %s', (name, region, endpoint) => {
    expect(endpointOf(name, region)).toBe(endpoint);
  });

  it('is refused for what is no region, which may be an attempt to send keys elsewhere', () => {
    for (const region of [
      '',
      'a.b',
      'a/b',
      'evil.example/',
      'a@b',
      'A',
      '-a',
      'a-',
      'a--b',
      'a b',
      'a\n',
      'a'.repeat(64),
    ])
      expect(() => endpointOf('HuaweiCloud', region)).toThrow(/letters, digits and hyphens/);
    expect(() => endpointOf('Azure', 'westeurope')).toThrow(/no S3 interface/);
  });
});
