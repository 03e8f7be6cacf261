import { httpFunction } from '#shared/platform/http.ts';
import { createSyncTask } from './create-sync-task.ts';
import { variables } from './variables.ts';

export const handler = httpFunction({
  routes: [{ method: 'POST', path: '/sync-tasks', body: true }],
  variables,
  handle: createSyncTask,
});
