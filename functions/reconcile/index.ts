import { eventFunction } from '#shared/middleware/events.ts';
import { createReconcile } from './reconcile.ts';
import { variables } from './variables.ts';

export const handler = eventFunction({ variables, handle: createReconcile() });
