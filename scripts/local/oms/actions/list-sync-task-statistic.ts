import { type Counters, SLOT } from '../counters.ts';
import { badRequest, OMS } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { DATA_TYPES } from '../validations/list-sync-task-statistic.ts';
import type { ActionContext } from './context.ts';
import { findTask } from './find-task.ts';

type DataType = (typeof DATA_TYPES)[number];

const COUNTER: Readonly<Record<DataType, keyof Counters>> = {
  REQUEST: 'accepted',
  SUCCESS: 'success',
  FAILURE: 'failure',
  SKIP: 'skip',
  SIZE: 'size',
};

const HOUR = 3600_000;

/**
 * Series of counters. A point stands at the start of its five minutes or hour, and there is none where nothing
 * happened. Which span gets which step is not documented: five minutes as long as 1000 points, the documented
 * maximum, are enough for the span, hours beyond, and 400 where these are not enough.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html
 * @throws OmsFault 404 unknown task, 400 for the span
 */
export async function listSyncTaskStatistic(
  { store }: ActionContext,
  input: {
    readonly path: { readonly project_id: string; readonly sync_task_id: string };
    readonly query: { readonly data_type: string; readonly start_time: number; readonly end_time: number };
  },
) {
  const task = findTask(store, input.path.project_id, input.path.sync_task_id);
  const { start_time: start, end_time: end } = input.query;
  if (start >= end) throw badRequest(OMS.invalidParameter, 'The parameter start_time must be before end_time.');
  const step = end - start <= SLOT * LIMITS.statisticPoints ? SLOT : HOUR;
  if (end - start > HOUR * LIMITS.statisticPoints)
    throw badRequest(OMS.invalidParameter, `The span must not exceed ${LIMITS.statisticPoints} hours.`);

  const types = [...new Set(input.query.data_type.split(','))] as DataType[];
  const slots = store.slots(task.id, start, end);
  return {
    sync_task_id: task.id,
    statistic_time_type: step === SLOT ? 'FIVE_MINUTES' : 'ONE_HOUR',
    statistic_datas: types.map((type) => ({ data_type: type, data: series(slots, COUNTER[type], step) })),
  };
}

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
