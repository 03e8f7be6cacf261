import { describe, expect, it } from 'vitest';
import { routeFolders } from '#shared/reconcile/route-identity.ts';
import type { ReconcileRoute } from '#shared/reconcile/run-options.ts';

const route = (changes: Partial<ReconcileRoute> = {}): ReconcileRoute => ({
  source: { bucket: 'from' },
  destination: { bucket: 'to' },
  sync_task_id: 'task-1',
  ...changes,
});

describe('the folder of a route', () => {
  it('is its name', () => {
    expect(routeFolders([route({ name: 'reports' }), route({ name: 'a.b_c-1' })])).toEqual(['reports', 'a.b_c-1']);
  });

  it.each(['../x', 'a/b', '.', '..', 'a b', 'ü', '.hidden', 'x'.repeat(65)])(
    'is no name that is no folder: %s',
    (name) => {
      const [folder] = routeFolders([route({ name })]);

      expect(folder).toMatch(/^[A-Za-z0-9-][A-Za-z0-9_-]{0,39}\.[0-9a-f]{12}$|^\.[0-9a-f]{12}$/);
    },
  );

  it('is made of what is compared where there is no name, and stays the same', () => {
    const [folder] = routeFolders([route()]);

    expect(folder).toMatch(/^from\.[0-9a-f]{12}$/);
    expect(routeFolders([route({ sync_task_id: 'x' }), route()])[1]).toBe(folder);
    expect(routeFolders([route({ sync_task_id: 'x' })])[0]).not.toBe(folder);
  });

  it('is another one for each of two routes of one name', () => {
    const folders = routeFolders([
      route({ name: 'a' }),
      route({ name: 'a', sync_task_id: 'task-2' }),
      route({ name: 'b' }),
    ]);

    expect(new Set(folders).size).toBe(3);
    expect(folders[2]).toBe('b');
  });
});
