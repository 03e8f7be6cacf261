import { omsVariables } from '#shared/config/oms.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { deleteSyncTask } from './delete-sync-task.ts';

export const handler = httpFunction({
  routes: [{ method: 'DELETE', path: '/sync-tasks/{sync_task_id}', body: false }],
  variables: omsVariables,
  handle: deleteSyncTask,
});
