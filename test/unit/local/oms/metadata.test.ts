import { describe, expect, it } from 'vitest';
import { migratedHeaders, sameMigratedHeaders } from '../../../../scripts/local/oms/metadata.ts';
import { destinationClass } from '../../../../scripts/local/oms/storage-class.ts';

const HEADERS = {
  'content-type': 'text/plain',
  'content-length': '3',
  'cache-control': 'no-cache',
  'content-encoding': 'gzip',
  'content-disposition': 'inline',
  'content-language': 'zh',
  expires: 'Sat, 21 Nov 2026 10:00:00 GMT',
  'x-amz-meta-owner': 'me',
  'x-obs-meta-team': 'we',
  'x-amz-request-id': '1',
  etag: '"e"',
};

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html, `enable_metadata_migration` */
describe('migratedHeaders', () => {
  it('takes Content-Type alone where the migration is disabled', () => {
    expect(migratedHeaders(HEADERS, false)).toEqual({ 'content-type': 'text/plain' });
  });

  it('takes the standard headers and user metadata of every cloud where it is enabled', () => {
    expect(migratedHeaders(HEADERS, true)).toEqual({
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-encoding': 'gzip',
      'content-disposition': 'inline',
      'content-language': 'zh',
      expires: 'Sat, 21 Nov 2026 10:00:00 GMT',
      'x-amz-meta-owner': 'me',
      'x-amz-meta-team': 'we',
    });
  });

  it('compares only what is migrated', () => {
    const other = { ...HEADERS, 'x-amz-meta-owner': 'you' };
    expect(sameMigratedHeaders(HEADERS, other, false)).toBe(true);
    expect(sameMigratedHeaders(HEADERS, other, true)).toBe(false);
    expect(sameMigratedHeaders({}, { 'content-type': 'binary/octet-stream' }, false)).toBe(true);
    expect(sameMigratedHeaders({}, { 'x-amz-meta-left': 'over' }, true)).toBe(false);
  });
});

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html, `dst_storage_policy` */
describe('destinationClass', () => {
  it.each([
    ['STANDARD', {}, 'STANDARD'],
    ['STANDARD', { 'x-amz-storage-class': 'GLACIER' }, 'STANDARD'],
    ['IA', {}, 'STANDARD_IA'],
    ['ARCHIVE', {}, 'GLACIER'],
    ['DEEP_ARCHIVE', {}, 'DEEP_ARCHIVE'],
    ['SRC_STORAGE_MAPPING', {}, 'STANDARD'],
    ['SRC_STORAGE_MAPPING', { 'x-amz-storage-class': 'ONEZONE_IA' }, 'STANDARD_IA'],
    ['SRC_STORAGE_MAPPING', { 'x-obs-storage-class': 'COLD' }, 'GLACIER'],
    ['SRC_STORAGE_MAPPING', { 'x-oss-storage-class': 'ColdArchive' }, 'DEEP_ARCHIVE'],
    ['SRC_STORAGE_MAPPING', { 'x-amz-storage-class': 'SOMETHING_NEW' }, 'STANDARD'],
  ] as const)('writes under %s a source with %j as %s', (policy, headers, expected) => {
    expect(destinationClass(policy, headers)).toBe(expected);
  });
});
