import { eventFunction } from '#shared/platform/events.ts';
import { createOnObjectCreated } from './on-object-created.ts';
import { variables } from './variables.ts';

export const handler = eventFunction({ variables, handle: createOnObjectCreated() });
