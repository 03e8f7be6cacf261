/** https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html, Tables 1 and 2 */
import { PROJECT_ID, SYNC_TASK_ID } from './path.ts';
import { TIME } from './show-sync-task.ts';

export const DATA_TYPES = ['REQUEST', 'SUCCESS', 'FAILURE', 'SKIP', 'SIZE'] as const;

export const listSyncTaskStatistic = {
  path: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  query: {
    data_type: { type: 'string', mandatory: true, min: 1, max: 255, subset: DATA_TYPES },
    start_time: TIME,
    end_time: TIME,
  },
} as const;
