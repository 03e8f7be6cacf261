import type { OmsClient } from '#shared/oms/client.ts';
import { missingByShow } from '#shared/oms/refusal.ts';

/** State of a sync task by ShowSyncTask; `unknown` where it does not tell. */
export type TaskState = 'running' | 'stopped' | 'missing' | 'unknown';

interface Known {
  readonly at: number;
  readonly state: Promise<TaskState>;
  /** Absent while the answer is on its way. */
  answer?: TaskState;
}

/** Milliseconds for which an answer is good. */
const GOOD_FOR = 5_000;
/** Cache size that triggers eviction. */
const MANY = 1000;

/**
 * States of sync tasks, kept for seconds by one function instance: a storm of refusals becomes one question.
 *
 * `running` is kept for a fifth of the time only. Upon it a refused key is rejected, and with a task that was stopped
 * since, the key would pay for it; taking a stopped task for stopped a little longer costs one retry.
 */
export class TaskStates {
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  /** @param options.now milliseconds since the epoch */
  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  /** Never throws: whatever goes wrong, the state is `unknown`. Who asks while an answer is on its way shares it. */
  of(syncTaskId: string, oms: Pick<OmsClient, 'showSyncTask'>): Promise<TaskState> {
    const now = this.#now();
    const known = this.#known.get(syncTaskId);
    if (known && this.#isGood(known, now)) return known.state;
    if (this.#known.size >= MANY)
      for (const [id, each] of this.#known) if (!this.#isGood(each, now)) this.#known.delete(id);
    const asked: Known = { at: now, state: ask(syncTaskId, oms, now) };
    this.#known.set(syncTaskId, asked);
    asked.state.then((state) => {
      asked.answer = state;
    });
    return asked.state;
  }

  get size(): number {
    return this.#known.size;
  }

  #isGood({ at, answer }: Known, now: number): boolean {
    const age = now - at;
    return age >= 0 && age < (answer === 'running' ? GOOD_FOR / 5 : GOOD_FOR);
  }
}

async function ask(syncTaskId: string, oms: Pick<OmsClient, 'showSyncTask'>, now: number): Promise<TaskState> {
  try {
    const { status } = await oms.showSyncTask({ syncTaskId, queryTime: now });
    if (status === 'SYNCHRONIZING') return 'running';
    return status === 'STOPPED' ? 'stopped' : 'unknown';
  } catch (error) {
    return missingByShow(error) === undefined ? 'unknown' : 'missing';
  }
}
