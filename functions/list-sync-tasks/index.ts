import { omsVariables } from '#shared/config/oms.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { listSyncTasks } from './list-sync-tasks.ts';

export const handler = httpFunction({
  routes: [{ method: 'GET', path: '/sync-tasks', body: false }],
  variables: omsVariables,
  handle: listSyncTasks,
});
