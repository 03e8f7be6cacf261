import { httpFunction } from '#shared/platform/http.ts';
import { createShowStatus } from './show-status.ts';
import { variables } from './variables.ts';

export const handler = httpFunction({
  routes: [{ method: 'GET', path: '/status', body: false }],
  variables,
  handle: createShowStatus(),
});
