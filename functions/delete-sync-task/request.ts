import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';

/** Input of DELETE /sync-tasks/{sync_task_id}. */
export const deleteSyncTaskRequest = z.strictObject({
  sync_task_id: syncTaskId,
  stop: z._default(z.enum(['true', 'false']), 'false'),
});
