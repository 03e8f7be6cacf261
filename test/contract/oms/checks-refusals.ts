import { expect } from 'vitest';
import { type Check, documented, inferred } from './check.ts';

const error = { error_code: expect.any(String), error_msg: expect.any(String) };
const refused = { status: 400, json: error };
const MANDATORY = ['src_region', 'src_bucket', 'src_ak', 'src_sk', 'dst_ak', 'dst_sk', 'dst_region', 'dst_bucket'];

const refusesTask = (basis: typeof documented, what: string, changes: Readonly<Record<string, unknown>>): Check =>
  basis('createTask', `creating a task with ${what} is refused with 400`, async (bench) => {
    expect(await bench.create(bench.taskBody(changes))).toMatchObject(refused);
  });

/** Requests about a task that does not exist, and requests for tasks that must not come to be. */
export const refusalChecks: readonly Check[] = [
  ...MANDATORY.map((name) =>
    documented('createTask', `creating a task without ${name} is refused with 400`, async (bench) => {
      const { [name]: _, ...rest } = bench.taskBody();
      expect(await bench.create(rest)).toMatchObject(refused);
    }),
  ),
  ...['src_region', 'src_ak', 'src_sk', 'dst_ak', 'dst_sk', 'dst_region'].map((name) =>
    refusesTask(documented, `${name} of 101 characters`, { [name]: 'x'.repeat(101) }),
  ),
  ...['src_bucket', 'dst_bucket'].map((name) =>
    refusesTask(documented, `${name} of 1025 characters`, { [name]: 'x'.repeat(1025) }),
  ),
  refusesTask(documented, 'a description of 256 characters', { description: 'x'.repeat(256) }),
  ...[...`<>()"'&`].map((char) =>
    refusesTask(documented, `${char} in its description`, { description: `oms-sync-contract-test ${char}` }),
  ),
  refusesTask(documented, 'a cloud type that the page does not list', { src_cloud_type: 'Nowhere' }),
  refusesTask(documented, 'a storage class that the page does not list', { dst_storage_policy: 'COLD' }),
  refusesTask(documented, 'a consistency check that the page does not list', { consistency_check: 'md5' }),
  refusesTask(documented, 'Tencent as source and no app_id', { src_cloud_type: 'Tencent' }),
  refusesTask(inferred, 'a number as src_bucket', { src_bucket: 7 }),
  refusesTask(inferred, 'a text as enable_restore', { enable_restore: 'perhaps' }),
  inferred('createTask', 'creating a task from an empty object is refused with 400', async (bench) => {
    expect(await bench.create({})).toMatchObject(refused);
  }),

  documented('showTask', 'an unknown task is shown as 404', async (bench) => {
    expect(await bench.show(bench.run)).toMatchObject({ status: 404, json: error });
  }),
  documented('createEvents', 'an event for an unknown task is refused with 404', async (bench) => {
    expect(await bench.events(['a'], bench.run)).toMatchObject({ status: 404, json: error });
  }),
  documented('statistics', 'the statistics of an unknown task are 404', async (bench) => {
    const query = { data_type: 'SIZE', start_time: String(Date.now() - 3600_000), end_time: String(Date.now()) };
    expect(await bench.statistics(query, bench.run)).toMatchObject({ status: 404, json: error });
  }),
  // These pages have no 404 in their tables.
  inferred('startTask', 'starting an unknown task is refused with 400, 403 or 404', async (bench) => {
    const { status } = await bench.start(bench.run);
    expect([400, 403, 404]).toContain(status);
  }),
  inferred('stopTask', 'stopping an unknown task is refused with 400, 403 or 404', async (bench) => {
    const { status } = await bench.stop(bench.run);
    expect([400, 403, 404]).toContain(status);
  }),
  inferred('deleteTask', 'deleting an unknown task is refused with 400, 403 or 404', async (bench) => {
    const { status } = await bench.remove(bench.run);
    expect([400, 403, 404]).toContain(status);
  }),

  ...['0', '101'].map((limit) =>
    inferred(
      'listTasks',
      `listing with a limit of ${limit}, which is out of its range, is refused with 400`,
      async (bench) => {
        expect((await bench.list({ limit })).status).toBe(400);
      },
    ),
  ),
  inferred(
    'listTasks',
    'listing from an offset of 10001, which is out of its range, is refused with 400',
    async (bench) => {
      expect((await bench.list({ offset: '10001' })).status).toBe(400);
    },
  ),
];
