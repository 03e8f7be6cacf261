import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSyncEvents } from '../../../../../scripts/local/oms/actions/create-sync-events.ts';
import type { ActionContext } from '../../../../../scripts/local/oms/operation.ts';
import { OmsStore } from '../../../../../scripts/local/oms/store.ts';
import type { Task } from '../../../../../scripts/local/oms/task.ts';

describe('createSyncEvents', () => {
  let dir: string;
  let store: OmsStore;
  let closing = false;
  let enqueued: string[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'oms-action-'));
    store = new OmsStore(dir);
    store.saveTask({ id: 't', projectId: 'p', status: 'SYNCHRONIZING' } as Task);
    closing = false;
    enqueued = [];
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const run = (object_keys: readonly string[]) => {
    const context: ActionContext = {
      store,
      now: () => 0,
      newTaskId: () => 'new',
      enqueue: (objects) => enqueued.push(...objects.map(({ key }) => key)),
      bucketStatus: async () => 200,
      closing: () => closing,
      settings: {
        keyDecoding: 'form',
        maxKeysPerCall: 10,
        taskQuota: 5,
        checkBuckets: true,
        eventsWhileStopped: 'refuse',
        overwriteMode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
        queueLimit: 3,
        startTime: 0,
        stopTime: 0,
      },
    };
    const body = Buffer.from(JSON.stringify({ object_keys }));
    return createSyncEvents.run(context, { path: { project_id: 'p', sync_task_id: 't' }, query: {}, body });
  };

  it('records the decoded keys before it hands them to the copier', async () => {
    await expect(run(['a+b', 'c%2Fd'])).resolves.toBeUndefined();
    expect(enqueued).toEqual(['a b', 'c/d']);
    expect(store.pending().map(({ key }) => key)).toEqual(['a b', 'c/d']);
  });

  it('accepts nothing while the server is closing', async () => {
    closing = true;
    await expect(run(['a'])).rejects.toMatchObject({ status: 503 });
    expect([enqueued, store.pendingCount]).toEqual([[], 0]);
  });

  it('accepts a call as a whole or not at all', async () => {
    await run(['a', 'b']);
    await expect(run(['c', 'd'])).rejects.toMatchObject({ status: 503 });
    await expect(run(['c', '%'])).rejects.toMatchObject({ status: 400 });
    expect(enqueued).toEqual(['a', 'b']);
  });
});
