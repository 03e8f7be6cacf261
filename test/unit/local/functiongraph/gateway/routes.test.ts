import { describe, expect, it } from 'vitest';
import {
  collide,
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

describe('routes that match by prefix', () => {
  const route = (path: string, prefix: boolean, more = {}): Route =>
    routeOf({
      target: `${path}${prefix ? '*' : ''}`,
      method: 'GET',
      path,
      prefix,
      auth: 'NONE',
      async: false,
      ...more,
    });
  const served = (path: string, ...given: Route[]): string | undefined => {
    const found = matchRoute(given, 'GET', path);
    return found.found === 'route' ? found.route.target : undefined;
  };
  const all = [route('/', true), route('/a', true), route('/a/{x}', true), route('/a/b', false), route('/{y}', false)];

  it.each([
    ['/a', '/{y}'],
    ['/a/b', '/a/b'],
    ['/a/c', '/a/{x}*'],
    ['/a/c/d/e', '/a/{x}*'],
    ['/b', '/{y}'],
  ])('%s is served by %s, whatever their order', (path, expected) => {
    expect(served(path, ...all)).toBe(expected);
    expect(served(path, ...[...all].reverse())).toBe(expected);
  });

  it('match whole segments only', () => {
    expect(served('/ab', route('/a', true))).toBeUndefined();
    expect(served('/', route('/a', true))).toBeUndefined();
  });

  it('of equals, the first is served', () => {
    expect(served('/a', route('/a', false, { target: 'one' }), route('/a', false, { target: 'two' }))).toBe('one');
  });

  it('are there in their environment only', () => {
    const test = route('/a', false, { stage: 'TEST' });

    expect(matchRoute([test], 'GET', '/a').found).toBe('nothing');
    expect(matchRoute([test], 'GET', '/a', 'TEST').found).toBe('route');
    expect(matchRoute([route('/a', false)], 'GET', '/a', 'TEST').found).toBe('nothing');
  });
});

describe('collide', () => {
  it.each([
    [{}, {}, true],
    [{}, { path: '/a/{other}' }, true],
    [{}, { path: '/a/{id+}' }, false],
    [{}, { path: '/a/id' }, false],
    [{}, { method: 'POST' }, false],
    [{ group: 'g' }, { group: 'g' }, true],
    [{ group: 'g' }, { group: 'h' }, false],
    [{ group: 'g' }, {}, true],
  ])('%j and %j: %j', (one, other, expected) => {
    const base = { method: 'GET', path: '/a/{id}' };

    expect(collide({ ...base, ...one }, { ...base, ...other })).toBe(expected);
    expect(collide({ ...base, ...other }, { ...base, ...one })).toBe(expected);
  });
});

describe('parseTemplate', () => {
  it.each(['tasks', '/a/{b', '/a/x{b}', '/a/{b+}/c', '/{}'])('refuses %s', (template) => {
    expect(() => parseTemplate(template)).toThrow(template);
  });
});
