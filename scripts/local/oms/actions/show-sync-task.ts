import { describeTask } from '../task.ts';
import type { ActionContext } from './context.ts';
import { findTask } from './find-task.ts';

/**
 * The task with the counters of the month that `query_time` lies in.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 * @throws OmsFault 404
 */
export async function showSyncTask(
  { store, now }: ActionContext,
  input: {
    readonly path: { readonly project_id: string; readonly sync_task_id: string };
    readonly query: { readonly query_time: number };
  },
) {
  const task = findTask(store, input.path.project_id, input.path.sync_task_id);
  const month = store.month(task.id, input.query.query_time);
  return {
    ...describeTask(task, now()),
    enable_kms: task.settings.enable_kms,
    monthly_acceptance_request: month.accepted,
    monthly_success_object: month.success,
    monthly_failure_object: month.failure,
    monthly_skip_object: month.skip,
    monthly_size: month.size,
  };
}
