import { asynchronousFunction } from '#shared/platform/asynchronous-function.ts';
import { createRedrive, readRedriveRequest } from './redrive.ts';
import { variables } from './variables.ts';

export const handler = asynchronousFunction({
  path: '/redrive',
  variables,
  read: readRedriveRequest,
  handle: createRedrive(),
});
