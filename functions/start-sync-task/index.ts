import { httpFunction } from '#shared/platform/http.ts';
import { startSyncTask } from './start-sync-task.ts';
import { variables } from './variables.ts';

export const handler = httpFunction({
  routes: [{ method: 'POST', path: '/sync-tasks/{sync_task_id}/start', body: true }],
  variables,
  handle: startSyncTask,
});
