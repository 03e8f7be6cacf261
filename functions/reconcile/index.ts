import { asynchronousFunction } from '#shared/platform/asynchronous-function.ts';
import { checkComparable } from './buckets.ts';
import { createReconcile } from './reconcile.ts';
import { readWantedRun } from './request.ts';
import { variables } from './variables.ts';

export const handler = asynchronousFunction({
  path: '/reconcile',
  variables,
  read: (event, config) => {
    const run = readWantedRun(event, config.routes);
    checkComparable(run.wanted, config);
    return run;
  },
  handle: createReconcile(),
});
