import type { CreateSyncTaskBody } from './parameters.ts';

/** https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, Table 4 */
type TaskStatus = 'SYNCHRONIZING' | 'STOPPED';

export type OverwriteMode =
  | 'NO_OVERWRITE'
  | 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE'
  | 'CRC64_COMPARISON_OVERWRITE'
  | 'FULL_OVERWRITE';

/** Keys that reach a task's buckets; resent at every start. Never part of an answer or a log line. */
interface TaskSecrets {
  readonly src_ak: string;
  readonly src_sk: string;
  readonly dst_ak: string;
  readonly dst_sk: string;
  readonly authentication_key?: string;
}

export interface Task {
  readonly id: string;
  readonly projectId: string;
  readonly settings: Omit<CreateSyncTaskBody, 'src_ak' | 'src_sk' | 'dst_ak' | 'dst_sk'>;
  readonly secrets: TaskSecrets;
  /** The state that the last start or stop asked for. */
  readonly status: TaskStatus;
  /** Milliseconds since the epoch when `status` holds; until then the task is what it was. */
  readonly statusFrom?: number;
  readonly createTime: number;
  readonly lastStartTime: number;
  /** No request sets it: every documented answer has the default. */
  readonly overwriteMode: OverwriteMode;
}

/**
 * The state of a task. The vendor names none between the two, so one that is being started or stopped is as before.
 */
export function statusAt({ status, statusFrom = 0 }: Task, now: number): TaskStatus {
  if (now >= statusFrom) return status;
  return status === 'STOPPED' ? 'SYNCHRONIZING' : 'STOPPED';
}

/** Whether a start or stop has been accepted and not yet been carried out. */
export function inTransition({ statusFrom = 0 }: Task, now: number): boolean {
  return now < statusFrom;
}

export function describeTask(task: Task, now: number) {
  const { settings } = task;
  return {
    sync_task_id: task.id,
    src_cloud_type: settings.src_cloud_type,
    src_region: settings.src_region,
    src_bucket: settings.src_bucket,
    create_time: task.createTime,
    last_start_time: task.lastStartTime,
    dst_bucket: settings.dst_bucket,
    dst_region: settings.dst_region,
    description: settings.description ?? null,
    status: statusAt(task, now),
    enable_metadata_migration: settings.enable_metadata_migration,
    enable_restore: settings.enable_restore,
    app_id: settings.app_id ?? null,
    object_overwrite_mode: task.overwriteMode,
    dst_storage_policy: settings.dst_storage_policy,
    consistency_check: settings.consistency_check,
  };
}
