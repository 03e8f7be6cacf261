import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';
import { crossFieldRule, rule } from '#shared/validation/rule.ts';
import { readTime } from '#shared/validation/time.ts';
import { STATISTIC_TYPES } from './enums.ts';

/** One or more types, separated by commas; repetitions count once. */
function dataTypes() {
  const type = `(?:${STATISTIC_TYPES.join('|')})`;
  const list = new RegExp(`^${type}(?:,${type})*$`);
  const finding = { rule: 'list', message: `must be a list, separated by commas, of ${STATISTIC_TYPES.join(', ')}` };
  return z.string().check(rule((value) => (list.test(value) ? undefined : finding), { patterns: new Set([list]) }));
}

function time() {
  const message = 'must be milliseconds since 1970 (13 digits), or ISO 8601 with a time zone';
  return z.string().check(rule((value) => (readTime(value) === undefined ? { rule: 'time', message } : undefined)));
}

/**
 * Input of GET /sync-tasks/{sync_task_id}/statistics. How far apart the two times may be is not documented, so OMS
 * judges.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html
 */
export function listSyncTaskStatisticRequest() {
  const schema = z.strictObject({
    sync_task_id: syncTaskId,
    data_type: dataTypes(),
    start_time: time(),
    end_time: time(),
  });
  return schema.check(
    crossFieldRule(({ start_time: start, end_time: end }) => {
      const [from, to] = [start, end].map((value) => (typeof value === 'string' ? readTime(value) : undefined));
      return from !== undefined && to !== undefined && from >= to
        ? [{ path: ['start_time'], rule: 'order', message: 'must be before end_time' }]
        : [];
    }),
  );
}

export type StatisticType = (typeof STATISTIC_TYPES)[number];
