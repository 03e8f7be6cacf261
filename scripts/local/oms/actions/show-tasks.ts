import { type Counters, SLOT } from '../counters.ts';
import { badRequest, OMS } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { findTask, operation, TASK, TASKS } from '../operation.ts';
import { PROJECT_ID, SYNC_TASK_ID, TIME } from '../parameters.ts';
import { describeTask, statusAt } from '../task.ts';

const PATH = { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID } as const;

/**
 * The task with the counters of the month that `query_time`, which is mandatory, lies in.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export const showSyncTask = operation(
  ['ShowSyncTask', 'GET', TASK, 'get'],
  { path: PATH, query: { query_time: TIME } },
  async ({ store, now }, { path, query }) => {
    const task = findTask(store, path);
    const month = store.month(task.id, query.query_time);
    return {
      ...describeTask(task, now()),
      enable_kms: task.settings.enable_kms,
      monthly_acceptance_request: month.accepted,
      monthly_success_object: month.success,
      monthly_failure_object: month.failure,
      monthly_skip_object: month.skip,
      monthly_size: month.size,
    };
  },
);

/**
 * One page of the project's tasks. `count` is the number of all that match; the order is not documented.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export const listSyncTasks = operation(
  ['ListSyncTasks', 'GET', TASKS, 'list'],
  {
    path: { project_id: PROJECT_ID },
    query: {
      limit: { type: 'number-text', min: 1, max: 100, default: 10 },
      offset: { type: 'number-text', min: 0, max: 10_000, default: 0 },
      // Absent: tasks of both states.
      status: { type: 'string', min: 0, max: 255, values: ['SYNCHRONIZING', 'STOPPED'] },
    },
  },
  async ({ store, now }, { path, query: { limit, offset, status } }) => {
    const at = now();
    const tasks = store.tasks(path.project_id).filter((task) => !status || statusAt(task, at) === status);
    const page = tasks.slice(offset, offset + limit).map((task) => {
      // ShowSyncTask does not answer `source_cdn`; this does, without its key.
      const { domain, protocol, authentication_type } = task.settings.source_cdn ?? {};
      const cdn = task.settings.source_cdn ? { domain, protocol, authentication_type } : null;
      return { ...describeTask(task, at), source_cdn: cdn };
    });
    return { tasks: page, count: tasks.length };
  },
);

const COUNTER = { REQUEST: 'accepted', SUCCESS: 'success', FAILURE: 'failure', SKIP: 'skip', SIZE: 'size' } as const;
const HOUR = 3600_000;

/**
 * Series of counters. A point stands at the start of its five minutes or hour, and there is none where nothing
 * happened. Which span gets which step is not documented: five minutes as long as 1000 points, the documented
 * maximum, are enough for the span, hours beyond, and 400 where these are not enough.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html
 */
export const listSyncTaskStatistic = operation(
  ['ListSyncTaskStatistic', 'GET', `${TASK}/statistics`, 'statistics'],
  {
    path: PATH,
    query: {
      data_type: { type: 'string', mandatory: true, min: 1, max: 255, subset: Object.keys(COUNTER) },
      start_time: TIME,
      end_time: TIME,
    },
  },
  async ({ store }, { path, query: { data_type, start_time: start, end_time: end } }) => {
    const task = findTask(store, path);
    if (start >= end) throw badRequest(OMS.invalidParameter, 'The parameter start_time must be before end_time.');
    const step = end - start <= SLOT * LIMITS.statisticPoints ? SLOT : HOUR;
    if (end - start > HOUR * LIMITS.statisticPoints)
      throw badRequest(OMS.invalidParameter, `The span must not exceed ${LIMITS.statisticPoints} hours.`);
    const types = [...new Set(data_type.split(','))] as (keyof typeof COUNTER)[];
    const slots = store.slots(task.id, start, end);
    return {
      sync_task_id: task.id,
      statistic_time_type: step === SLOT ? 'FIVE_MINUTES' : 'ONE_HOUR',
      statistic_datas: types.map((type) => ({ data_type: type, data: series(slots, COUNTER[type], step) })),
    };
  },
);

function series(slots: readonly (readonly [number, Counters])[], counter: keyof Counters, step: number) {
  const points = new Map<number, number>();
  for (const [start, counters] of slots) {
    const at = start - (start % step);
    if (counters[counter] > 0) points.set(at, (points.get(at) ?? 0) + counters[counter]);
  }
  return [...points]
    .slice(0, LIMITS.statisticPoints)
    .map(([time_stamp, statistic_num]) => ({ time_stamp, statistic_num }));
}
