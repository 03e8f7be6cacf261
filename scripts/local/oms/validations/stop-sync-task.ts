/** https://support.huaweicloud.com/intl/en-us/api-oms/StopSyncTask.html: no query, and a POST without a body */
import { PROJECT_ID, SYNC_TASK_ID } from './path.ts';

export const stopSyncTask = {
  path: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  query: {},
} as const;
