import { ValidationError } from '#shared/validation/errors.ts';
import { type Answer, readAnswer } from './answer-table.ts';

/**
 * Fields of a task that both ListSyncTasks and ShowSyncTask return.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export const TASK_FIELDS = {
  sync_task_id: 'text',
  src_cloud_type: 'text',
  src_region: 'text',
  src_bucket: 'text',
  create_time: 'time',
  last_start_time: 'time',
  dst_bucket: 'text',
  dst_region: 'text',
  description: 'text',
  status: 'text',
  enable_metadata_migration: 'flag',
  enable_restore: 'flag',
  app_id: 'text',
  object_overwrite_mode: 'text',
  dst_storage_policy: 'text',
  consistency_check: 'text',
} as const;

/**
 * The answer of ListSyncTasks: a page of sync tasks without their counters, and the number of all that match.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export const LIST_SYNC_TASKS_ANSWER = {
  tasks: {
    list: {
      ...TASK_FIELDS,
      // ShowSyncTask does not return it. The authentication key is left out.
      source_cdn: { object: { domain: 'text', protocol: 'text', authentication_type: 'text' } },
    },
  },
  count: 'counter',
} as const;

export type ListedSyncTask = Answer<(typeof LIST_SYNC_TASKS_ANSWER)['tasks']['list']>;

/** A page of sync tasks; may have fields that nobody knows yet. */
export interface SyncTaskList {
  readonly tasks: readonly ListedSyncTask[];
  readonly count: bigint;
}

/**
 * @param value lossless JSON (`parseJsonLossless`)
 * @throws ValidationError with every field that is of the wrong kind; an answer without `tasks` lists nothing, and must
 *   not be taken for a list of no tasks
 */
export function readListSyncTasksResponse(value: unknown): SyncTaskList {
  const list = readAnswer(LIST_SYNC_TASKS_ANSWER, value);
  if (list.tasks === undefined)
    throw new ValidationError([{ path: 'tasks', rule: 'required', message: 'tasks is missing.' }]);
  const tasks = list.tasks ?? [];
  const count = list.count ?? BigInt(tasks.length);
  if (list.tasks === null && count > 0n)
    throw new ValidationError([{ path: 'tasks', rule: 'type', message: 'tasks is null, and count is not 0.' }]);
  return { ...list, tasks, count };
}
