import type { CreateSyncTaskBody } from './validations/create-sync-task.ts';

/** https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, Table 4 */
export type TaskStatus = 'SYNCHRONIZING' | 'STOPPED';

export type OverwriteMode =
  | 'NO_OVERWRITE'
  | 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE'
  | 'CRC64_COMPARISON_OVERWRITE'
  | 'FULL_OVERWRITE';

/** What a task needs to reach its buckets; resent at every start. Never part of an answer or a log line. */
export interface TaskSecrets {
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
  readonly status: TaskStatus;
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly lastStartTime: number;
  /** No request sets it: every documented answer has the default. */
  readonly overwriteMode: OverwriteMode;
}

/** The fields that ListSyncTasks and ShowSyncTask have in common. */
export function describeTask(task: Task) {
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
    status: task.status,
    enable_metadata_migration: settings.enable_metadata_migration,
    enable_restore: settings.enable_restore,
    app_id: settings.app_id ?? null,
    object_overwrite_mode: task.overwriteMode,
    dst_storage_policy: settings.dst_storage_policy,
    consistency_check: settings.consistency_check,
  };
}
