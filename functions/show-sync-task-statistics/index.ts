import { omsVariables } from '#shared/config/oms.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { showSyncTaskStatistics } from './show-sync-task-statistics.ts';

export const handler = httpFunction({
  routes: [{ method: 'GET', path: '/sync-tasks/{sync_task_id}/statistics', body: false }],
  variables: omsVariables,
  handle: showSyncTaskStatistics,
});
