import { describe, expect, it } from 'vitest';
import {
  matchRoute,
  parseTemplate,
  type Route,
  routeOf,
} from '../../../../../scripts/local/functiongraph/gateway/routes.ts';

const routes: Route[] = [
  ['GET', '/tasks'],
  ['GET', '/tasks/{id}'],
  ['GET', '/tasks/all'],
  ['POST', '/tasks/{id}/events'],
  ['ANY', '/any'],
  ['GET', '/files/{path+}'],
].map(([method = '', path = '']) =>
  routeOf({ target: `${method} ${path}`, method, path, prefix: false, auth: 'NONE', async: false }),
);

function match(method: string, path: string): unknown {
  const found = matchRoute(routes, method, path);
  if (found.found === 'route') return [found.route.target, found.parameters];
  return found.found === 'path' ? found.methods : 'nothing';
}

describe('matchRoute', () => {
  it.each([
    ['GET', '/tasks', ['GET /tasks', {}]],
    ['GET', '/tasks/1', ['GET /tasks/{id}', { id: '1' }]],
    ['GET', '/tasks/all', ['GET /tasks/all', {}]],
    ['GET', '/tasks/a%2Fb+c', ['GET /tasks/{id}', { id: 'a%2Fb+c' }]],
    ['POST', '/tasks/../events', ['POST /tasks/{id}/events', { id: '..' }]],
    ['GET', '/files/a/b//c', ['GET /files/{path+}', { path: 'a/b//c' }]],
    ['PATCH', '/any', ['ANY /any', {}]],
    ['DELETE', '/tasks/all', ['GET']],
    ['GET', '/tasks/1/events', ['POST']],
    ['GET', '/tasks/', 'nothing'],
    ['POST', '/tasks//events', 'nothing'],
    ['GET', '/Tasks', 'nothing'],
    ['GET', '/tasks/1/2/3', 'nothing'],
    ['GET', '', 'nothing'],
  ])('%s %s', (method, path, expected) => {
    expect(match(method, path)).toEqual(expected);
  });
});

describe('parseTemplate', () => {
  it.each(['tasks', '/a/{b', '/a/x{b}', '/a/{b+}/c', '/{}'])('refuses %s', (template) => {
    expect(() => parseTemplate(template)).toThrow(template);
  });
});
