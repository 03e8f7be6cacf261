import { eventFunction } from '#shared/platform/events.ts';
import { createReconcile } from './reconcile.ts';
import { variables } from './variables.ts';

export const handler = eventFunction({ variables, handle: createReconcile() });
