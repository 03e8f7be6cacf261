import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { type Check, documented, inferred } from './check.ts';

const error = { error_code: expect.any(String), error_msg: expect.any(String) };
const state = (bench: Bench) => async (): Promise<unknown> => (await bench.show()).json?.['status'];
const COUNTERS = ['acceptance_request', 'success_object', 'failure_object', 'skip_object', 'size'] as const;
const counters = async (bench: Bench): Promise<number[]> => {
  const { json } = await bench.show();
  return COUNTERS.map((name) => Number(json?.[`monthly_${name}`]));
};
/** The counters once nothing is in flight any more. */
const settled = async (bench: Bench): Promise<number[]> => {
  const inFlight = async (): Promise<number> => {
    const [accepted = 0, success = 0, failure = 0, skip = 0] = await counters(bench);
    return accepted - success - failure - skip;
  };
  await bench.eventually(inFlight).toBe(0);
  return counters(bench);
};
const since = (bench: Bench, before: readonly number[]) => async (): Promise<number[]> =>
  (await counters(bench)).map((count, index) => count - (before[index] ?? 0));
const tasksOf = (json: Record<string, unknown> | undefined) =>
  (json?.['tasks'] ?? []) as readonly { readonly sync_task_id: string }[];
/** A span of an hour around now, as ListSyncTaskStatistic takes it. */
const span = (data_type: string) => ({
  data_type,
  start_time: String(Date.now() - 1800_000),
  end_time: String(Date.now() + 1800_000),
});

/** The life of one task, in this order. */
export const taskChecks: readonly Check[] = [
  documented('createTask', 'a created task has an id and runs at once', async (bench) => {
    const answer = await bench.create(bench.taskBody());
    expect(answer).toMatchObject({ status: 200, json: { sync_task_id: expect.stringMatching(/^.{1,255}$/) } });
    await bench.eventually(state(bench)).toBe('SYNCHRONIZING');
  }),
  documented('showTask', 'a task is shown with its settings, the documented defaults and counters', async (bench) => {
    expect(await bench.show()).toMatchObject({
      status: 200,
      json: {
        sync_task_id: bench.taskId,
        ...bench.places(),
        description: bench.run,
        status: 'SYNCHRONIZING',
        create_time: expect.any(Number),
        last_start_time: expect.any(Number),
        enable_metadata_migration: false,
        enable_restore: false,
        object_overwrite_mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
        consistency_check: 'size_last_modified',
        ...Object.fromEntries(COUNTERS.map((name) => [`monthly_${name}`, 0])),
      },
    });
  }),
  inferred('showTask', 'the times of a task are milliseconds', async (bench) => {
    const { json } = await bench.show();
    for (const name of ['create_time', 'last_start_time'])
      expect(Math.abs(Number(json?.[name]) - Date.now())).toBeLessThan(900_000);
  }),
  inferred('showTask', 'a task is not shown without query_time, which is mandatory', async (bench) => {
    expect(await bench.show(bench.taskId, {})).toMatchObject({ status: 400, json: error });
  }),
  inferred('showTask', 'no answer holds a key of a bucket', async (bench) => {
    // The bench has replaced the keys in the answer.
    for (const { text } of [await bench.show(), await bench.list({ limit: '100' })]) {
      expect(text).not.toContain('[secret]');
      expect(text).not.toMatch(/"(src|dst)_[as]k"/);
    }
  }),
  documented('listTasks', 'a task is listed, also by its status, and pages have at most limit tasks', async (bench) => {
    const ids = async (query: Record<string, string>): Promise<string[]> => {
      const { status, json } = await bench.list(query);
      expect(status).toBe(200);
      return tasksOf(json).map((task) => task.sync_task_id);
    };
    expect(await ids({ limit: '100', offset: '0' })).toContain(bench.taskId);
    expect(await ids({ limit: '100', status: 'SYNCHRONIZING' })).toContain(bench.taskId);
    expect(await ids({ limit: '100', status: 'STOPPED' })).not.toContain(bench.taskId);
    expect(await ids({ limit: '1' })).toHaveLength(1);
  }),
  documented('listTasks', 'a list counts its tasks', async (bench) => {
    const { json } = await bench.list({ limit: '100' });
    expect(json?.['count']).toBe(tasksOf(json).length);
  }),

  ...(
    [
      ['no object_keys', undefined],
      ['an empty list of keys', []],
      ['101 keys', Array.from({ length: 101 }, () => 'oms-sync-contract-test')],
      ['a key of 16385 characters', ['a'.repeat(16_385)]],
    ] as const
  ).map(([what, keys]) =>
    documented('createEvents', `an event with ${what} is refused with 400`, async (bench) => {
      expect(await bench.events(keys)).toMatchObject({ status: 400, json: error });
    }),
  ),
  ...(
    [
      ['a text in place of the list', 'oms-sync-contract-test'],
      ['an empty key', ['']],
    ] as const
  ).map(([what, keys]) =>
    inferred('createEvents', `an event with ${what} is refused with 400`, async (bench) => {
      expect(await bench.events(keys)).toMatchObject({ status: 400, json: error });
    }),
  ),
  documented('createEvents', 'an event is answered 200 without fields, and its object is copied', async (bench) => {
    const key = `${bench.run}/plain.txt`;
    await bench.store.put(key, 'four');
    const answer = await bench.events([encodeURIComponent(key)]);
    expect(answer.status).toBe(200);
    expect(answer.json ?? {}).toEqual({});
    await bench.eventually(() => bench.store.read(key)).toBe('four');
  }),
  inferred('createEvents', 'a key that is encoded byte by byte is its object, whatever is in it', async (bench) => {
    const key = `${bench.run}/报告 a+b%20☃.txt`;
    await bench.store.put(key, 'named');
    expect((await bench.events([encodeURIComponent(key)])).status).toBe(200);
    await bench.eventually(() => bench.store.read(key)).toBe('named');
  }),
  documented(
    'monitoring',
    'the counters are those of requested, copied and failed objects and of bytes',
    async (bench) => {
      const before = await settled(bench);
      const key = `${bench.run}/counted.txt`;
      await bench.store.put(key, 'counted');
      const keys = [key, `${bench.run}/missing`].map(encodeURIComponent);
      expect((await bench.events(keys)).status).toBe(200);
      await bench.eventually(since(bench, before)).toEqual([2, 1, 1, 0, 7]);
    },
  ),
  documented('monitoring', 'an object that the destination has already is counted as ignored', async (bench) => {
    const before = await settled(bench);
    expect((await bench.events([encodeURIComponent(`${bench.run}/counted.txt`)])).status).toBe(200);
    await bench.eventually(since(bench, before)).toEqual([1, 0, 0, 1, 0]);
  }),
  documented('showTask', 'query_time says of which month the counters are', async (bench) => {
    const { json } = await bench.show(bench.taskId, { query_time: String(Date.now() - 62 * 24 * 3600_000) });
    expect(COUNTERS.map((name) => json?.[`monthly_${name}`])).toEqual([0, 0, 0, 0, 0]);
  }),
  documented('statistics', 'statistics are one series per type that was asked for', async (bench) => {
    const { status, json } = await bench.statistics(span('REQUEST,SUCCESS,FAILURE,SKIP,SIZE'));
    expect(status).toBe(200);
    expect(json).toMatchObject({
      sync_task_id: bench.taskId,
      statistic_time_type: expect.stringMatching(/^(FIVE_MINUTES|ONE_HOUR)$/),
    });
    const series = json?.['statistic_datas'] as { data_type: string; data: Record<string, unknown>[] }[];
    expect(series.map(({ data_type }) => data_type).sort()).toEqual(['FAILURE', 'REQUEST', 'SIZE', 'SKIP', 'SUCCESS']);
    for (const point of series.flatMap(({ data }) => data))
      expect(point).toMatchObject({ time_stamp: expect.any(Number), statistic_num: expect.any(Number) });
  }),
  inferred(
    'statistics',
    'statistics without a type, or of one that the page does not list, are 400 or 404',
    async (bench) => {
      const { data_type: _, ...rest } = span('');
      for (const query of [rest, { ...rest, data_type: 'OTHER' }])
        expect([400, 404]).toContain((await bench.statistics(query as Record<string, string>)).status);
    },
  ),

  documented('deleteTask', 'a task that runs is not deleted', async (bench) => {
    const answer = await bench.remove();
    expect([400, 403]).toContain(answer.status);
    expect(answer.json).toMatchObject(error);
    expect((await bench.show()).status).toBe(200);
  }),
  inferred('startTask', 'a task that runs is not started', async (bench) => {
    expect((await bench.start()).status).toBe(400);
  }),
  documented('stopTask', 'a task that runs is stopped by a POST without a body', async (bench) => {
    expect((await bench.stop()).status).toBe(200);
    await bench.eventually(state(bench)).toBe('STOPPED');
  }),
  inferred('stopTask', 'a task that is stopped is not stopped again', async (bench) => {
    expect([400, 403]).toContain((await bench.stop()).status);
  }),
  ...['src_ak', 'src_sk', 'dst_ak', 'dst_sk'].map((name) =>
    documented('startTask', `starting without ${name} is refused with 400`, async (bench) => {
      const { [name as 'src_ak']: _, ...rest } = bench.keys();
      expect(await bench.start(bench.taskId, rest)).toMatchObject({ status: 400, json: error });
    }),
  ),
  documented('startTask', 'a stopped task is started with the keys of its buckets', async (bench) => {
    expect((await bench.start()).status).toBe(200);
    await bench.eventually(state(bench)).toBe('SYNCHRONIZING');
  }),
  documented('createEvents', 'a task that was started again copies', async (bench) => {
    const key = `${bench.run}/again.txt`;
    await bench.store.put(key, 'again');
    expect((await bench.events([encodeURIComponent(key)])).status).toBe(200);
    await bench.eventually(() => bench.store.read(key)).toBe('again');
  }),
];

/** The end of the task, after everything else that is asked of it. */
export const endChecks: readonly Check[] = [
  documented('deleteTask', 'a stopped task is deleted', async (bench) => {
    if ((await state(bench)()) !== 'STOPPED') expect((await bench.stop()).status).toBe(200);
    await bench.eventually(state(bench)).toBe('STOPPED');
    expect((await bench.remove()).status).toBe(200);
  }),
  documented('showTask', 'a deleted task is unknown', async (bench) => {
    await bench.eventually(async () => (await bench.show()).status).toBe(404);
  }),
];
