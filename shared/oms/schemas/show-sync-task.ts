import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';
import { rule } from '#shared/validation/rule.ts';

const THIRTEEN_DIGITS = /^[1-9]\d{12}$/;
const isMilliseconds = rule((value: string | number) =>
  THIRTEEN_DIGITS.test(String(value))
    ? undefined
    : { rule: 'milliseconds', message: 'must be a time in milliseconds since 1970, 13 digits' },
);

/**
 * Input of GET /sync-tasks/{sync_task_id}. `query_time` selects the month of the counters; the pages have it as a string
 * and SDKs since 3.1.183 as a number, the same text on the wire, so both are taken.
 *
 * @param now milliseconds since the epoch; the default of query_time, which OMS itself makes mandatory
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function showSyncTaskRequest(now: () => number) {
  const queryTime = z.pipe(z.union([z.string(), z.number()]).check(isMilliseconds), z.transform(Number));
  return z.strictObject({ sync_task_id: syncTaskId, query_time: z._default(queryTime, () => Math.floor(now())) });
}

export const syncTaskPath = z.strictObject({ sync_task_id: syncTaskId });
