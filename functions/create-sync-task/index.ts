import { httpFunction } from '#shared/middleware/http.ts';
import { createSyncTask, variables } from './create-sync-task.ts';

export const handler = httpFunction({
  routes: [{ method: 'POST', path: '/sync-tasks', body: true }],
  variables,
  handle: createSyncTask,
});
