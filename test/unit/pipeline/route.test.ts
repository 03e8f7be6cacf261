import { describe, expect, it } from 'vitest';
import { routeChanges } from '#shared/pipeline/route.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { change } from '../../helpers/changes.ts';

const route = (sync_task_id: string, bucket: string, prefix?: string): Route => ({
  source: { bucket, ...(prefix === undefined ? {} : { prefix }) },
  sync_task_id,
});

const pairs = (routed: ReturnType<typeof routeChanges>) =>
  routed.routed.map(({ syncTaskId, change: { key } }) => [syncTaskId, key]);

describe('routeChanges', () => {
  it('sends a change to the task of its bucket', () => {
    const routed = routeChanges([change('x', 'a'), change('y', 'b')], [route('A', 'a'), route('B', 'b')]);

    expect(pairs(routed)).toEqual([
      ['A', 'x'],
      ['B', 'y'],
    ]);
    expect(routed.unrouted).toEqual([]);
  });

  it('compares the prefix with the real name', () => {
    const routed = routeChanges([change('报告/a b.txt'), change('报告x')], [route('A', 'source', '报告/')]);

    expect(pairs(routed)).toEqual([['A', '报告/a b.txt']]);
    expect(routed.unrouted.map(({ key }) => key)).toEqual(['报告x']);
  });

  it('takes an empty prefix for every object', () => {
    expect(pairs(routeChanges([change('x')], [route('A', 'source', '')]))).toEqual([['A', 'x']]);
  });

  it('sends a change to every route that matches', () => {
    const routes = [route('A', 'source'), route('B', 'source', 'logs/'), route('C', 'other')];

    expect(pairs(routeChanges([change('logs/1')], routes))).toEqual([
      ['A', 'logs/1'],
      ['B', 'logs/1'],
    ]);
  });

  it('names each pair of task and key once', () => {
    const routes = [route('A', 'source'), route('A', 'source', 'logs/'), route('B', 'source')];

    expect(pairs(routeChanges([change('logs/1'), change('logs/1')], routes))).toEqual([
      ['A', 'logs/1'],
      ['B', 'logs/1'],
    ]);
  });

  it('counts a change that no route matches, also when there is no route', () => {
    const lost = change('x', 'unknown');

    expect(routeChanges([lost], [route('A', 'source')]).unrouted).toEqual([lost]);
    expect(routeChanges([lost], []).unrouted).toEqual([lost]);
  });

  it('tells names apart that only Unicode normalisation would make equal', () => {
    const routed = routeChanges([change('caf\u00e9'), change('cafe\u0301')], [route('A', 'source')]);

    expect(routed.routed).toHaveLength(2);
  });

  it('counts the changes that another one of the same task and key made superfluous', () => {
    const routes = [route('A', 'source'), route('B', 'source', 'logs/')];

    expect(routeChanges([change('logs/1'), change('x'), change('logs/1'), change('x')], routes).duplicates).toBe(3);
    expect(routeChanges([change('x'), change('y')], routes).duplicates).toBe(0);
  });
});
