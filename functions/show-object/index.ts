import { httpFunction } from '#shared/platform/http.ts';
import { createShowObject } from './show-object.ts';
import { variables } from './variables.ts';

export const handler = httpFunction({
  routes: [{ method: 'GET', path: '/objects', body: false }],
  variables,
  handle: createShowObject(),
});
