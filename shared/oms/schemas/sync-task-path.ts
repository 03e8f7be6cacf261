import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';

/** Parameters of a request that has none but the task's id in its path. */
export const syncTaskPath = z.strictObject({ sync_task_id: syncTaskId });
