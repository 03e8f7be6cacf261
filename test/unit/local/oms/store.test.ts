import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OmsStore } from '../../../../scripts/local/oms/store.ts';
import type { Task } from '../../../../scripts/local/oms/task.ts';

const OCTOBER = Date.parse('2026-10-31T23:59:59.999Z');
const NOVEMBER = Date.parse('2026-11-01T00:00:00Z');
const task = (id: string, projectId = 'p'): Task => ({ id, projectId, settings: {}, secrets: {} }) as Task;

describe('OmsStore', () => {
  let dir: string;
  let store: OmsStore;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'oms-store-'));
    store = new OmsStore(dir);
    store.saveTask(task('t'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  /** A second reader of the same folder: what a process would find after this one died. */
  const afterDeath = (): OmsStore => new OmsStore(dir);

  it('counts an outcome in the month of its event, so that every month adds up', () => {
    const [object] = store.accept('t', ['a'], OCTOBER);
    if (object) store.settle(object, 'success', 5, NOVEMBER);
    expect(store.month('t', OCTOBER)).toEqual({ accepted: 1, success: 1, failure: 0, skip: 0, size: 5 });
    expect(store.month('t', NOVEMBER)).toEqual({ accepted: 0, success: 0, failure: 0, skip: 0, size: 0 });
  });

  it('keeps statistics by the time at which things happened', () => {
    const [object] = store.accept('t', ['a'], OCTOBER);
    if (object) store.settle(object, 'skip', 0, NOVEMBER);
    expect(store.slots('t', OCTOBER, NOVEMBER)).toEqual([
      [Date.parse('2026-10-31T23:55:00Z'), { accepted: 1, success: 0, failure: 0, skip: 0, size: 0 }],
      [NOVEMBER, { accepted: 0, success: 0, failure: 0, skip: 1, size: 0 }],
    ]);
    expect(store.slots('t', NOVEMBER, NOVEMBER)).toHaveLength(1);
  });

  it('finds after a death what was accepted and not settled, in order', () => {
    const [first] = store.accept('t', ['a', 'b'], NOVEMBER);
    store.accept('t', ['a'], NOVEMBER);
    if (first) store.settle(first, 'success', 1, NOVEMBER);
    const found = afterDeath();
    expect(found.pending().map(({ key, resumed }) => [key, resumed])).toEqual([
      ['b', true],
      ['a', true],
    ]);
    expect(found.month('t', NOVEMBER)).toEqual({ accepted: 3, success: 1, failure: 0, skip: 0, size: 1 });
  });

  it('gives no sequence number twice, across deaths', () => {
    const [first] = store.accept('t', ['a'], NOVEMBER);
    if (first) store.settle(first, 'success', 1, NOVEMBER);
    const [second] = afterDeath().accept('t', ['b'], NOVEMBER);
    expect(second?.sequence).toBe((first?.sequence ?? 0) + 1);
  });

  it('settles an object once', () => {
    const [object] = store.accept('t', ['a'], NOVEMBER);
    if (object) for (let n = 0; n < 2; n++) store.settle(object, 'success', 1, NOVEMBER);
    expect(store.month('t', NOVEMBER).success).toBe(1);
  });

  it('drops what waited for a task that is deleted', () => {
    const [object] = store.accept('t', ['a'], NOVEMBER);
    store.deleteTask('t');
    expect([store.pendingCount, store.task('p', 't')]).toEqual([0, undefined]);
    if (object) store.settle(object, 'success', 1, NOVEMBER);
    expect(afterDeath().pending()).toEqual([]);
  });

  it('shows a project its own tasks only', () => {
    store.saveTask(task('u', 'q'));
    expect(store.tasks('p').map(({ id }) => id)).toEqual(['t']);
    expect(store.task('p', 'u')).toBeUndefined();
  });

  it('leaves one snapshot and one journal behind', async () => {
    store.close();
    for (let n = 0; n < 3; n++) afterDeath().close();
    expect((await readdir(dir)).sort()).toEqual([expect.stringMatching(/^journal\.\d+\.ndjson$/), 'state.json']);
  });
});
