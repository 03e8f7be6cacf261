import { badRequest, OMS } from '../errors.ts';
import { inTransition, statusAt } from '../task.ts';
import type { ActionContext } from './context.ts';
import { findTask } from './find-task.ts';

/**
 * Stops a task. What it has accepted is still copied: the vendor does not say otherwise.
 * https://support.huaweicloud.com/intl/en-us/api-oms/StopSyncTask.html
 * @throws OmsFault 400 unknown or not in progress
 */
export async function stopSyncTask(
  { store, now, settings }: ActionContext,
  input: { readonly path: { readonly project_id: string; readonly sync_task_id: string } },
): Promise<undefined> {
  const task = findTask(store, input.path.project_id, input.path.sync_task_id, 400);
  if (statusAt(task, now()) !== 'SYNCHRONIZING' || inTransition(task, now()))
    throw badRequest(OMS.notInProgress, 'Failed to pause the task. The task is not in progress.');
  store.saveTask({ ...task, status: 'STOPPED', statusFrom: now() + settings.stopTime });
  return undefined;
}
