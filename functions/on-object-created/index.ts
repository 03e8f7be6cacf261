import { eventFunction } from '#shared/middleware/events.ts';
import { onObjectCreated, variables } from './on-object-created.ts';

export const handler = eventFunction({ variables, handle: onObjectCreated });
