import { badRequest, OMS } from '../errors.ts';
import type { Task } from '../task.ts';
import type { CreateSyncTaskBody } from '../validations/create-sync-task.ts';
import { checkTaskBuckets } from './check-task-buckets.ts';
import type { ActionContext } from './context.ts';

/**
 * "After the synchronization task is created, it will be automatically started."
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 * @throws OmsFault 400 OMS.0077 over the quota, OMS.0153 and OMS.1020 for a bucket that cannot be reached
 */
export async function createSyncTask(
  context: ActionContext,
  input: { readonly path: { readonly project_id: string }; readonly body: CreateSyncTaskBody },
): Promise<{ readonly sync_task_id: string }> {
  const { store, settings: limits } = context;
  const { src_ak, src_sk, dst_ak, dst_sk, source_cdn, ...settings } = input.body;
  const { authentication_key, ...cdn } = source_cdn ?? {};
  const now = context.now();
  const task: Task = {
    id: context.newTaskId(),
    projectId: input.path.project_id,
    settings: { ...settings, ...(source_cdn ? { source_cdn: cdn as typeof source_cdn } : {}) },
    secrets: { src_ak, src_sk, dst_ak, dst_sk, ...(authentication_key ? { authentication_key } : {}) },
    status: 'SYNCHRONIZING',
    ...(limits.startTime > 0 ? { statusFrom: now + limits.startTime } : {}),
    createTime: now,
    lastStartTime: now,
    overwriteMode: limits.overwriteMode,
  };
  const checkQuota = (): void => {
    if (store.tasks(task.projectId).length >= limits.taskQuota)
      throw badRequest(OMS.quotaExceeded, 'The number of tasks exceeds the upper limit.');
  };
  checkQuota();
  await checkTaskBuckets(context, task);
  // Others may have been created while the buckets answered.
  checkQuota();
  store.saveTask(task);
  return { sync_task_id: task.id };
}
