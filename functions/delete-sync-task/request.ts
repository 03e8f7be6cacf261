import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';

export const deleteSyncTaskRequest = z.strictObject({
  sync_task_id: syncTaskId,
  stop: z._default(z.enum(['true', 'false']), 'false'),
});
