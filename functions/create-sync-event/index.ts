import { eventVariables } from '#shared/config/oms.ts';
import { httpFunction } from '#shared/platform/http.ts';
import { createSyncEvents } from './create-sync-event.ts';

export const handler = httpFunction({
  routes: [{ method: 'POST', path: '/sync-tasks/{sync_task_id}/events', body: true }],
  variables: eventVariables,
  handle: createSyncEvents(),
});
