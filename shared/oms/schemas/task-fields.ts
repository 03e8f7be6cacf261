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
