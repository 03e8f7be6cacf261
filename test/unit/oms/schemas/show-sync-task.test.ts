import { describe, expect, it } from 'vitest';
import { queryTimeToNumber, showSyncTaskRequest, showSyncTaskResponse } from '#shared/oms/schemas/show-sync-task.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseJsonLossless, stringifyJson } from '#shared/validation/json.ts';
import { parse } from '#shared/validation/parse.ts';

const NOW = 1_767_323_045_678;
const request = showSyncTaskRequest(() => NOW + 0.9);

describe('the input of show-sync-task', () => {
  it.each([['1700639560751'], [1_700_639_560_751]])('takes query_time as %j', (query_time) => {
    const input = parse(request, { sync_task_id: 't', query_time });
    expect(queryTimeToNumber(input.query_time)).toBe(1_700_639_560_751);
  });

  it('takes the present where query_time is absent', () => {
    expect(parse(request, { sync_task_id: 't', query_time: undefined }).query_time).toBe(NOW);
  });

  it.each([
    [''],
    ['1700639560'],
    ['17006395607511'],
    ['0700639560751'],
    ['170063956075x'],
    [' 1700639560751'],
    ['１７００６３９５６０７５１'],
    [1_700_639_560],
    [1_700_639_560_751.5],
    [-1_700_639_560_751],
    [Number.NaN],
    [null],
    [true],
    [['1700639560751']],
  ])('refuses %j as query_time', (query_time) => {
    expect(() => parse(request, { sync_task_id: 't', query_time })).toThrow(ValidationError);
  });

  it.each([
    ['', 'not_empty'],
    ['x'.repeat(256), 'max_length'],
    ['..', 'path_segment'],
    ['.', 'path_segment'],
    [undefined, 'required'],
  ])('refuses %j as sync_task_id', (sync_task_id, rule) => {
    try {
      parse(request, { sync_task_id });
      expect.unreachable();
    } catch (error) {
      expect((error as ValidationError).details).toMatchObject([{ path: 'sync_task_id', rule }]);
    }
  });

  it.each(['x'.repeat(255), 'not a uuid', '任务', '...'])('takes the opaque sync_task_id %j', (sync_task_id) => {
    expect(parse(request, { sync_task_id }).sync_task_id).toBe(sync_task_id);
  });
});

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

const read = (value: unknown) => parse(showSyncTaskResponse(), value);

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
      expect(stringifyJson(task)).toBe(`{"create_time":${digits},"monthly_size":${digits}}`);
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
