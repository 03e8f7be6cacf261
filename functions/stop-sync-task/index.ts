import { omsVariables } from '#shared/config/oms.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { stopSyncTask } from './stop-sync-task.ts';

export const handler = httpFunction({
  routes: [{ method: 'POST', path: '/sync-tasks/{sync_task_id}/stop', body: false }],
  variables: omsVariables,
  handle: stopSyncTask,
});
