import { badRequest, OMS } from '../errors.ts';
import type { Checked } from '../rules.ts';
import { inTransition, statusAt } from '../task.ts';
import type { startSyncTask as rules } from '../validations/start-sync-task.ts';
import { checkTaskBuckets } from './check-task-buckets.ts';
import type { ActionContext } from './context.ts';
import { findTask } from './find-task.ts';

/**
 * Starts a stopped task with the keys that come with the call.
 * https://support.huaweicloud.com/intl/en-us/api-oms/StartSyncTask.html
 * @throws OmsFault 400 unknown, already started, or a bucket that cannot be reached with the new keys
 */
export async function startSyncTask(
  context: ActionContext,
  input: {
    readonly path: { readonly project_id: string; readonly sync_task_id: string };
    readonly body: Checked<(typeof rules)['body']>;
  },
): Promise<undefined> {
  const { store } = context;
  const find = () => {
    const task = findTask(store, input.path.project_id, input.path.sync_task_id, 400);
    if (statusAt(task, context.now()) !== 'STOPPED' || inTransition(task, context.now()))
      throw badRequest(OMS.alreadyStarted, 'The task has been started.');
    return task;
  };
  const { src_ak, src_sk, dst_ak, dst_sk, source_cdn_authentication_key: key } = input.body;
  const secrets = { src_ak, src_sk, dst_ak, dst_sk, ...(key ? { authentication_key: key } : {}) };
  await checkTaskBuckets(context, { ...find(), secrets });
  // It may have been started or deleted while the buckets answered.
  const now = context.now();
  const statusFrom = now + context.settings.startTime;
  store.saveTask({ ...find(), secrets, status: 'SYNCHRONIZING', statusFrom, lastStartTime: now });
  return undefined;
}
