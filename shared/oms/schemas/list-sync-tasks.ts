import * as z from 'zod/mini';
import { integerText } from '#shared/validation/primitives.ts';
import { OMS_LIMITS } from '../limits.ts';
import { TASK_STATUSES } from './enums.ts';

/**
 * Input of GET /sync-tasks.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export function listSyncTasksRequest() {
  return z.strictObject({
    limit: z._default(integerText(1, OMS_LIMITS.listLimit), OMS_LIMITS.listLimitDefault),
    offset: z._default(integerText(0, OMS_LIMITS.listOffset), 0),
    // The page has it as a text of 0 to 255 characters and names these two; absent, tasks of both are listed.
    status: z.optional(z.enum(TASK_STATUSES)),
  });
}

export type ListSyncTasksRequest = Partial<z.output<ReturnType<typeof listSyncTasksRequest>>>;
