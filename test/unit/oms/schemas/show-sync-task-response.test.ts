import { describe, expect, it } from 'vitest';
import { readShowSyncTaskResponse as read } from '#shared/oms/schemas/show-sync-task-response.ts';
import type { ValidationError } from '#shared/validation/errors.ts';
import { parseJsonLossless, stringifyJson } from '#shared/validation/json.ts';

const DOCUMENTED = {
  sync_task_id: 'd18befdd-eb82-41f3-8019-bbb593d74a3e',
  src_cloud_type: 'HuaweiCloud',
  src_region: 'cn-north-7',
  src_bucket: 'oms-sdk-test-src',
  create_time: 1_700_639_560_751,
  last_start_time: 1_700_639_560_751,
  dst_bucket: 'oms-sdk-test-dst',
  dst_region: 'cn-north-7',
  description: 'sync task test',
  status: 'SYNCHRONIZING',
  enable_kms: false,
  enable_metadata_migration: false,
  enable_restore: false,
  app_id: null,
  monthly_acceptance_request: 11,
  monthly_success_object: 0,
  monthly_failure_object: 11,
  monthly_skip_object: 0,
  monthly_size: 0,
  object_overwrite_mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  dst_storage_policy: null,
  consistency_check: 'size_last_modified',
};

describe('the answer of show-sync-task', () => {
  it('of the documentation is read, and printed again, as it is', () => {
    const text = JSON.stringify(DOCUMENTED);
    const task = read(parseJsonLossless(text));
    expect(task.monthly_failure_object).toBe(11n);
    expect(task.app_id).toBeNull();
    expect(stringifyJson(task)).toBe(text);
  });

  it.each(['transmission', 'no_check', 'crc64', 'something new'])('may have the consistency check %s', (check) => {
    expect(read({ consistency_check: check }).consistency_check).toBe(check);
  });

  it('may have nothing, or null everywhere', () => {
    expect(read({})).toEqual({});
    const nulls = Object.fromEntries(Object.keys(DOCUMENTED).map((name) => [name, null]));
    expect(read(nulls)).toEqual(nulls);
  });

  it('may have fields that nobody knows yet', () => {
    expect(read({ source_cdn: { domain: 'x' }, next: [1] })).toEqual({ source_cdn: { domain: 'x' }, next: [1] });
  });

  it.each(['9223372036854775807', '9007199254740993', '1234567890123456789', '0'])(
    'keeps every digit of the counter %s',
    (digits) => {
      const task = read(parseJsonLossless(`{"monthly_size":${digits},"create_time":${digits}}`));
      expect(task.monthly_size).toBe(BigInt(digits));
      expect(stringifyJson(task)).toBe(`{"monthly_size":${digits},"create_time":${digits}}`);
    },
  );

  it('may have a counter as a string of digits', () => {
    expect(read({ monthly_size: '9223372036854775807' }).monthly_size).toBe(9_223_372_036_854_775_807n);
  });

  it.each([
    [null, ''],
    [[], ''],
    ['x', ''],
    [{ monthly_size: 1.5 }, 'monthly_size'],
    [{ monthly_size: {} }, 'monthly_size'],
    [{ status: 5 }, 'status'],
    [{ enable_restore: 'no' }, 'enable_restore'],
  ])('is not %j', (value, path) => {
    try {
      read(value);
      expect.unreachable();
    } catch (error) {
      expect((error as ValidationError).details[0]?.path).toBe(path);
    }
  });
});
