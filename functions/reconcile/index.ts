import { eventFunction } from '#shared/middleware/events.ts';
import { createReconcile, variables } from './reconcile.ts';

export const handler = eventFunction({ variables, handle: createReconcile() });
