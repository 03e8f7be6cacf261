import { type Answer, readAnswer } from './answer-table.ts';
import { TASK_FIELDS } from './list-sync-tasks-response.ts';

const { object_overwrite_mode, dst_storage_policy, consistency_check, ...first } = TASK_FIELDS;
const { enable_metadata_migration, enable_restore, app_id, ...place } = first;

/**
 * The answer of ShowSyncTask: a sync task with its counters of one month, in the order of the page.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export const SHOW_SYNC_TASK_ANSWER = {
  ...place,
  // The page has this field; newer SDKs do not.
  enable_kms: 'flag',
  enable_metadata_migration,
  enable_restore,
  app_id,
  monthly_acceptance_request: 'counter',
  monthly_success_object: 'counter',
  monthly_failure_object: 'counter',
  monthly_skip_object: 'counter',
  /** Bytes. */
  monthly_size: 'counter',
  object_overwrite_mode,
  dst_storage_policy,
  consistency_check,
} as const;

/** A sync task with its counters of one month; may have fields that nobody knows yet. */
export type ShowSyncTaskResponse = Answer<typeof SHOW_SYNC_TASK_ANSWER>;

/**
 * @param value lossless JSON (`parseJsonLossless`)
 * @returns the same fields in their order, counters as bigint
 * @throws ValidationError with every field that is of the wrong kind
 */
export function readShowSyncTaskResponse(value: unknown): ShowSyncTaskResponse {
  return readAnswer(SHOW_SYNC_TASK_ANSWER, value);
}
