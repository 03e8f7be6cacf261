import { eventFunction } from '#shared/platform/events.ts';
import { createRedrive } from './redrive.ts';
import { variables } from './variables.ts';

export const handler = eventFunction({ variables, handle: createRedrive() });
