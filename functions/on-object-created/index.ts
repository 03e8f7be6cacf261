import { eventFunction } from '#shared/middleware/events.ts';
import { createOnObjectCreated, variables } from './on-object-created.ts';

export const handler = eventFunction({ variables, handle: createOnObjectCreated() });
