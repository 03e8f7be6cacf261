import { describe, expect, it } from 'vitest';
import { matchPath } from '#shared/platform/gateway-request.ts';

const EVENTS = '/sync-tasks/{sync_task_id}/events';

describe('matchPath', () => {
  it.each([
    ['/sync-tasks/abc/events', 'abc'],
    ['/v1/sync-tasks/abc/events', 'abc'],
    ['/RELEASE/api/v1/sync-tasks/abc/events', 'abc'],
    ['/sync-tasks/abc/events?x=/sync-tasks/def/events', 'abc'],
    ['/sync-tasks/a%2Fb/events', 'a%2Fb'],
    ['/sync-tasks/%E4%BB%BB%20%2525/events', '%E4%BB%BB%20%2525'],
    ['/sync-tasks//events', ''],
    ['/sync-tasks/sync-tasks/events', 'sync-tasks'],
    ['/sync-tasks/sync-tasks/abc/events', 'abc'],
    ['/sync-tasks/../events', '..'],
  ])('finds the id in %s, still encoded', (path, id) => {
    expect(matchPath(EVENTS, path)?.get('sync_task_id')).toBe(id);
  });

  it.each([
    '',
    '/',
    'sync-tasks/abc/events',
    '/sync-tasks/abc',
    '/sync-tasks/abc/events/',
    '/sync-tasks/abc/event',
    '/sync-tasks/a/b/events',
    '/Sync-Tasks/abc/events',
    '/sync-tasks/abc/events/x',
    '/events',
    '/x?/sync-tasks/abc/events',
  ])('refuses %j', (path) => {
    expect(matchPath(EVENTS, path)).toBeUndefined();
  });

  it('matches a template without names', () => {
    expect(matchPath('/sync-tasks', '/prod/sync-tasks')?.size).toBe(0);
    expect(matchPath('/sync-tasks', '/sync-tasks/')).toBeUndefined();
  });
});
