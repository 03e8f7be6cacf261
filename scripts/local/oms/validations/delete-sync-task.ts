/** https://support.huaweicloud.com/intl/en-us/api-oms/DeleteSyncTask.html */
import { PROJECT_ID, SYNC_TASK_ID } from './path.ts';

export const deleteSyncTask = {
  path: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  query: {},
} as const;
