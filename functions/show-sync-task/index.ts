import { omsVariables } from '#shared/config/oms.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { showSyncTask } from './show-sync-task.ts';

export const handler = httpFunction({
  routes: [{ method: 'GET', path: '/sync-tasks/{sync_task_id}', body: false }],
  variables: omsVariables,
  handle: showSyncTask,
});
