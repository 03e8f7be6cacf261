import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';

export const syncTaskPath = z.strictObject({ sync_task_id: syncTaskId });
