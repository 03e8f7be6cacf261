import { badRequest, OMS } from '../errors.ts';
import { inTransition, statusAt } from '../task.ts';
import type { ActionContext } from './context.ts';
import { findTask } from './find-task.ts';

/**
 * "Task being synchronized cannot be deleted; stop first."
 * https://support.huaweicloud.com/intl/en-us/api-oms/DeleteSyncTask.html
 * @throws OmsFault 400 unknown or in progress
 */
export async function deleteSyncTask(
  { store, now }: ActionContext,
  input: { readonly path: { readonly project_id: string; readonly sync_task_id: string } },
): Promise<undefined> {
  const task = findTask(store, input.path.project_id, input.path.sync_task_id, 400);
  // Neither while it is being started or stopped.
  if (statusAt(task, now()) === 'SYNCHRONIZING' || inTransition(task, now()))
    throw badRequest(OMS.taskInProgress, 'The task is in progress and cannot be deleted. Pause it first.');
  store.deleteTask(task.id);
  return undefined;
}
