import { asynchronousFunction } from '#shared/platform/asynchronous-function.ts';
import { createReconcile } from './reconcile.ts';
import { readWantedRun } from './request.ts';
import { variables } from './variables.ts';

export const handler = asynchronousFunction({
  path: '/reconcile',
  variables,
  read: (event, { routes }) => readWantedRun(event, routes),
  handle: createReconcile(),
});
