import type { ObjectStore } from '#shared/objectstore/port.ts';
import { missingByShow } from '#shared/oms/refusal.ts';
import type { ShowSyncTaskResponse } from '#shared/oms/schemas/show-sync-task-response.ts';
import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import { type KnownTask, showKnownTask } from '#shared/reconcile/oms-task.ts';
import type { Cause, Station } from '../station.ts';
import { ask, station } from './ask.ts';
import { findInLists, type ListedOutcome, type ListResult } from './result-lists.ts';

export interface ShownTask {
  readonly station: Station<'oms'>;
  /** The defaults where OMS does not tell. */
  readonly known: KnownTask;
  /** As OMS has it; undefined where it does not tell. */
  readonly destination: string | undefined;
}

/** State and counters of the task, as ShowSyncTask answers them. */
export async function showTask(ms: number, show: () => Promise<ShowSyncTaskResponse>): Promise<ShownTask> {
  let shown: ShowSyncTaskResponse | undefined;
  const answer = await ask('oms', ms, async () => {
    try {
      shown = await show();
    } catch (error) {
      if (missingByShow(error) === undefined) throw error;
      return station('oms', 'not_found', 'OMS does not know the sync task.', {
        cause: failure('OmsSync.SyncTaskNotFound', 'OMS does not know the sync task.'),
      });
    }
    return stateOf(shown);
  });
  const facts = shown;
  const known = await showKnownTask({ ...(facts && { showTask: async () => facts }), log: { warn: () => {} } });
  return { station: answer, known, destination: facts?.dst_bucket ?? undefined };
}

function stateOf(task: ShowSyncTaskResponse): Station<'oms'> {
  const { monthly_acceptance_request: requested = 0, monthly_success_object: copied = 0 } = task;
  const { monthly_failure_object: failed = 0, monthly_skip_object: skipped = 0 } = task;
  const counters = `This month: ${requested} requested, ${copied} copied, ${failed} failed, ${skipped} skipped.`;
  switch (task.status) {
    case 'SYNCHRONIZING':
      return station('oms', 'running', `The sync task runs. ${counters}`);
    case 'STOPPED':
      return station('oms', 'stopped', `The sync task is stopped and copies nothing. ${counters}`, {
        cause: failure('OmsSync.SyncTaskStopped', 'The sync task is stopped and copies nothing.'),
      });
    default: {
      const cause = failure('OmsSync.OmsUnexpectedAnswer', 'OMS does not say whether the sync task runs.');
      return station('oms', 'unknown', cause.message, { cause });
    }
  }
}

function failure(code: FailureCode, message: string): Cause {
  return { code, message, remedy: FAILURES[code].remedy };
}

const LISTED: Readonly<Record<ListedOutcome, Cause>> = {
  copied: { code: 'OmsSync.Copied', message: 'OMS lists the object as copied.', remedy: '' },
  failed: {
    code: 'OmsSync.FailedAtOms',
    message: 'OMS accepted the object and failed to copy it.',
    remedy: 'Read the reason in the list of failed objects and correct it; reconcile submits the object again.',
  },
  skipped: {
    code: 'OmsSync.SkippedByOms',
    message: 'OMS skipped the object: the destination has it by the rules of the task.',
    remedy: 'Compare both objects. Upload the source object again or delete the copy; reconcile submits it.',
  },
};

/** Adds what the lists of results say of the object to what the task says of itself. */
export async function withLists(
  task: Station<'oms'>,
  ms: number,
  search: { readonly store: ObjectStore; readonly bucket: string; readonly syncTaskId: string; readonly key: string },
  since: number,
): Promise<Station<'oms'>> {
  let result: ListResult | undefined;
  const add = (text: string) => ({ ...task, detail: `${task.detail} ${text}` });
  const asked = await ask('oms', ms, async () => {
    result = await findInLists({ ...search, since });
    return task;
  });
  if (result === undefined) return add(`Its lists of results were not read: ${asked.detail}`);
  const { found, folders, complete } = result;
  if (found === undefined) {
    if (folders.length === 0) return add('It has written no lists of results.');
    return add(
      complete ? 'Its lists of results do not name the object.' : 'Not all of its lists of results were read.',
    );
  }
  if (found.outcome === 'unknown') return add(`The list ${found.name} names the object.`);
  const { outcome, at, name } = found;
  // A stopped task still holds back what comes next; a listed failure says more of this object.
  return station('oms', outcome, `${task.detail} ${LISTED[outcome].message} List: ${name}.`, {
    at,
    cause: LISTED[outcome],
  });
}
