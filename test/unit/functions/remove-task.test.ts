import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OmsClient } from '#shared/oms/client.ts';
import { SyncTaskNotFoundError, SyncTaskStateError } from '#shared/oms/refusal.ts';
import { type Removal, removeTask } from '../../../functions/delete-sync-task/remove-task.ts';
import { type OmsStub, type StubReply, startOmsStub } from '../../helpers/oms-stub.ts';

const refusal = (error_code: string, status = 400): StubReply => ({ status, body: { error_code, error_msg: 'x' } });

/** An OMS with one task, which takes some looks to be stopped. */
let stub: OmsStub;
let status: 'SYNCHRONIZING' | 'STOPPED' | undefined;
let looksUntilStopped: number;
let stopping: boolean;
let waits: number[];
let calls: string[];

beforeEach(async () => {
  status = 'SYNCHRONIZING';
  looksUntilStopped = 0;
  stopping = false;
  waits = [];
  calls = [];
  stub = await startOmsStub(({ method }) => {
    calls.push(method === 'POST' ? 'stop' : method === 'GET' ? 'show' : 'delete');
    if (status === undefined) return method === 'GET' ? refusal('OMS.1009', 404) : refusal('OMS.0054');
    if (stopping && method === 'DELETE' && looksUntilStopped-- <= 0) status = 'STOPPED';
    if (method === 'GET') return { body: { sync_task_id: 't', status } };
    if (method === 'POST') {
      if (status === 'STOPPED' || stopping) return refusal('OMS.0066');
      stopping = true;
      return {};
    }
    if (status === 'SYNCHRONIZING') return refusal('OMS.0063');
    status = undefined;
    return {};
  });
});
afterEach(() => stub.close());

const remove = (options: Partial<Removal> = {}) =>
  removeTask('t', {
    oms: new OmsClient({
      endpoint: stub.url,
      projectId: 'project',
      credentials: () => ({ authToken: 'token' }),
      maxAttempts: 1,
    }),
    stop: true,
    remaining: () => 60_000,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    now: () => 1_790_000_000_000,
    ...options,
  });

describe('deleting a sync task', () => {
  it('stops one that runs first, where that is asked for', async () => {
    await remove();
    expect(calls).toEqual(['stop', 'delete']);
  });

  it('deletes one that is stopped already', async () => {
    status = 'STOPPED';
    await remove();
    expect(calls).toEqual(['stop', 'show', 'delete']);
  });

  it('does not stop one that is not to be stopped', async () => {
    await expect(remove({ stop: false })).rejects.toBeInstanceOf(SyncTaskStateError);
    expect(calls).toEqual(['delete', 'show']);
    expect(status).toBe('SYNCHRONIZING');
  });

  it('waits for one that takes its time to stop', async () => {
    looksUntilStopped = 5;
    await remove();
    expect(status).toBeUndefined();
    expect(waits).toEqual([250, 500, 1000, 2000, 2000]);
  });

  it('says that it runs still when the time is used up', async () => {
    looksUntilStopped = 100;
    let remaining = 10_000;
    const sleep = async (milliseconds: number) => {
      remaining -= milliseconds;
    };
    await expect(remove({ remaining: () => remaining, sleep })).rejects.toBeInstanceOf(SyncTaskStateError);
    expect(remaining).toBeGreaterThan(5_000);
  });

  it.each([true, false])('reports one that is unknown (stop: %s)', async (stop) => {
    status = undefined;
    await expect(remove({ stop })).rejects.toBeInstanceOf(SyncTaskNotFoundError);
    expect(calls).toEqual([stop ? 'stop' : 'delete', 'show']);
  });

  it('deletes nothing where stopping fails', async () => {
    const fails = await startOmsStub(() => ({ status: 503 }));
    const oms = new OmsClient({
      endpoint: fails.url,
      projectId: 'project',
      credentials: () => ({ authToken: 'token' }),
      maxAttempts: 1,
    });
    await expect(remove({ oms })).rejects.toMatchObject({ status: 503 });
    expect(fails.requests.map(({ method }) => method)).toEqual(['POST']);
    await fails.close();
  });
});
