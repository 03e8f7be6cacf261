import { badRequest, OMS } from '../errors.ts';
import { type ActionContext, findTask, operation, TASK, TASKS } from '../operation.ts';
import { CREATE_SYNC_TASK, CRYPTO_TYPE, KMS_KEY_ID, PROJECT_ID, SYNC_TASK_ID } from '../parameters.ts';
import { inTransition, statusAt, type Task } from '../task.ts';

const PATH = { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID } as const;

/**
 * "After the synchronization task is created, it will be automatically started."
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 */
export const createSyncTask = operation(
  ['CreateSyncTask', 'POST', TASKS, 'create'],
  { path: { project_id: PROJECT_ID }, body: CREATE_SYNC_TASK },
  async (context, { path, body }) => {
    const { store, settings: limits } = context;
    const { src_ak, src_sk, dst_ak, dst_sk, source_cdn, ...settings } = body;
    const { authentication_key, ...cdn } = source_cdn ?? {};
    const now = context.now();
    const task: Task = {
      id: context.newTaskId(),
      projectId: path.project_id,
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
  },
);

const KEY = { type: 'string', mandatory: true, min: 1, max: 100 } as const;

/**
 * Starts a stopped task with the keys that come with the call.
 * https://support.huaweicloud.com/intl/en-us/api-oms/StartSyncTask.html
 */
export const startSyncTask = operation(
  // Starting and stopping have no permission of their own.
  ['StartSyncTask', 'POST', `${TASK}/start`, 'update'],
  {
    path: PATH,
    body: {
      ...{ src_ak: KEY, src_sk: KEY, dst_ak: KEY, dst_sk: KEY },
      source_cdn_authentication_key: { type: 'string', min: 0, max: 255 },
      ...{ src_crypto_type: CRYPTO_TYPE, src_kms_key_id: KMS_KEY_ID },
      ...{ dst_crypto_type: CRYPTO_TYPE, dst_kms_key_id: KMS_KEY_ID },
      ...{ source_cdn_crypto_type: CRYPTO_TYPE, source_cdn_kms_key_id: KMS_KEY_ID },
    },
  },
  async (context, { path, body }) => {
    const { store } = context;
    const find = () => {
      const task = findTask(store, path, 400);
      if (statusAt(task, context.now()) !== 'STOPPED' || inTransition(task, context.now()))
        throw badRequest(OMS.alreadyStarted, 'The task has been started.');
      return task;
    };
    const { src_ak, src_sk, dst_ak, dst_sk, source_cdn_authentication_key: key } = body;
    const secrets = { src_ak, src_sk, dst_ak, dst_sk, ...(key ? { authentication_key: key } : {}) };
    await checkTaskBuckets(context, { ...find(), secrets });
    // It may have been started or deleted while the buckets answered.
    const now = context.now();
    const statusFrom = now + context.settings.startTime;
    store.saveTask({ ...find(), secrets, status: 'SYNCHRONIZING', statusFrom, lastStartTime: now });
  },
);

/**
 * Stops a task. What it has accepted is still copied: the vendor does not say otherwise.
 * https://support.huaweicloud.com/intl/en-us/api-oms/StopSyncTask.html
 */
export const stopSyncTask = operation(
  ['StopSyncTask', 'POST', `${TASK}/stop`, 'update'],
  { path: PATH },
  async ({ store, now, settings }, { path }) => {
    const task = findTask(store, path, 400);
    if (statusAt(task, now()) !== 'SYNCHRONIZING' || inTransition(task, now()))
      throw badRequest(OMS.notInProgress, 'Failed to pause the task. The task is not in progress.');
    store.saveTask({ ...task, status: 'STOPPED', statusFrom: now() + settings.stopTime });
  },
);

/**
 * "Task being synchronized cannot be deleted; stop first."
 * https://support.huaweicloud.com/intl/en-us/api-oms/DeleteSyncTask.html
 */
export const deleteSyncTask = operation(
  ['DeleteSyncTask', 'DELETE', TASK, 'delete'],
  { path: PATH },
  async ({ store, now }, { path }) => {
    const task = findTask(store, path, 400);
    // Neither while it is being started or stopped.
    if (statusAt(task, now()) === 'SYNCHRONIZING' || inTransition(task, now()))
      throw badRequest(OMS.taskInProgress, 'The task is in progress and cannot be deleted. Pause it first.');
    store.deleteTask(task.id);
  },
);

/**
 * Looks at both buckets with the task's own keys.
 * Codes: https://github.com/huaweicloudDocs/oms, cn.zh-cn/API参考/错误码.md
 * @throws OmsFault 400 OMS.0153 for the source, OMS.1020 for the destination
 */
async function checkTaskBuckets(context: ActionContext, task: Task): Promise<void> {
  if (!context.settings.checkBuckets) return;
  const [source, destination] = await Promise.all([
    context.bucketStatus(task, 'source'),
    context.bucketStatus(task, 'destination'),
  ]);
  if (source !== 200) throw badRequest(OMS.bucketQueryFailed, `Failed to query the source bucket${cause(source)}.`);
  if (destination !== 200)
    throw badRequest(OMS.destinationBucket, `Failed to access the destination bucket${cause(destination)}.`);
}

function cause(status: number): string {
  if (status === 404) return ': it does not exist';
  if (status === 401 || status === 403) return ': the AK/SK is refused';
  return '';
}
