import { describe, expect, it } from 'vitest';
import { showSyncTaskRequest } from '#shared/oms/schemas/show-sync-task.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';

const NOW = 1_767_323_045_678;
const request = showSyncTaskRequest(() => NOW + 0.9);

describe('the input of show-sync-task', () => {
  it.each([['1700639560751'], [1_700_639_560_751]])('takes query_time as %j', (query_time) => {
    expect(parse(request, { sync_task_id: 't', query_time }).query_time).toBe(1_700_639_560_751);
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
