import { eventFunction } from '#shared/middleware/events.ts';
import { createRedrive, variables } from './redrive.ts';

export const handler = eventFunction({ variables, handle: createRedrive() });
