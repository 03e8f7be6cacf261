import type { OmsClient } from '#shared/oms/client.ts';
import { CONFLICTS, explainRefusal } from '#shared/oms/refusal.ts';

/** Milliseconds between two attempts to delete a task that is still being stopped. */
const WAIT = { first: 250, most: 2_000 } as const;
/** Milliseconds that an attempt and its explanation are given; with less left, the answer is that the task runs. */
const ROOM = 5_000;

export interface Removal {
  readonly oms: OmsClient;
  readonly stop: boolean;
  /** Milliseconds that are left of the invocation. */
  readonly remaining: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Deletes a sync task.
 *
 * @throws SyncTaskStateError where it is not stopped (any more, or not yet when the time is used up),
 *   SyncTaskNotFoundError where OMS has no such task, or what the call failed with
 */
export async function removeTask(syncTaskId: string, { oms, stop, remaining, sleep, now }: Removal): Promise<void> {
  if (stop) await stopTask(syncTaskId, oms, now);
  let wait: number = WAIT.first;
  for (;;) {
    try {
      await oms.deleteSyncTask({ syncTaskId });
      return;
    } catch (refusal) {
      const cause = await explainRefusal(refusal, { oms, syncTaskId, conflict: CONFLICTS.delete, now });
      // The task is gone because an attempt whose answer was lost has deleted it.
      if (cause.about === 'missing' && cause.error.afterUncertain) return;
      // How long OMS takes to stop a task is not documented, so its refusal may be about a moment only.
      const stopping = stop && cause.about === 'state';
      if (!stopping || remaining() < wait + ROOM) throw cause.error;
      await sleep(wait);
      wait = Math.min(2 * wait, WAIT.most);
    }
  }
}

async function stopTask(syncTaskId: string, oms: OmsClient, now: () => number): Promise<void> {
  try {
    await oms.stopSyncTask({ syncTaskId });
  } catch (refusal) {
    const cause = await explainRefusal(refusal, { oms, syncTaskId, conflict: CONFLICTS.stop, now });
    // Stopped already, which is all that was wanted.
    if (cause.about !== 'state') throw cause.error;
  }
}
