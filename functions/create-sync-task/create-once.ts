import type { Logger } from '#shared/logging/logger.ts';
import type { OmsClient } from '#shared/oms/client.ts';
import { AmbiguousCreateError } from '#shared/oms/errors.ts';
import { OMS_LIMITS } from '#shared/oms/limits.ts';
import type { CreateSyncTaskBody } from '#shared/oms/schemas/create-sync-task.ts';
import type { ListedSyncTask } from '#shared/oms/schemas/list-sync-tasks-response.ts';
import { createdTasks, existingTask } from './same-task.ts';

/**
 * Milliseconds to wait before each look for the task. The first is at once; the others are for a request that OMS was
 * still working on when its answer was given up.
 */
const LOOKS = [0, 1_000, 2_000, 4_000] as const;
/** Milliseconds that a look is given; with less left, the ambiguity is reported. */
const ROOM = 2_000;

export interface Creation {
  readonly oms: OmsClient;
  /** A task between the same buckets is as good as a new one. */
  readonly returnExisting: boolean;
  /** Milliseconds that are left of the invocation. */
  readonly remaining: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export interface Created {
  /** `found`: created by this request, whose answer was lost. `existing`: there before it. */
  readonly outcome: 'created' | 'found' | 'existing';
  readonly sync_task_id: string;
  readonly status?: string;
}

/**
 * Creates a sync task, once.
 *
 * OMS takes no idempotency key, and nothing that it keeps of a task is ours alone. So the tasks are listed before the
 * request is sent: what is between the same buckets afterwards and was not there before is what the request created.
 * A time alone would not do, for the task of an earlier request may be minutes old and OMS's clock is not ours.
 *
 * The request itself is sent once, whatever happens to it. A task that is not in the list yet may be there a moment
 * later, for a timeout says nothing about the request still being worked on; sending it again would then leave two
 * tasks, which copy every object twice and use up two of five. Where no task appears, the ambiguity is reported, and
 * it is the caller who repeats, with `if_exists=return`.
 *
 * What remains: of two requests for the same buckets at the same moment, one that is lost may take the task of the
 * other for its own, and with `if_exists=return` both may create one.
 *
 * @throws AmbiguousCreateError where no task appears, or more than one, or the list may not be read;
 *   with `returnExisting` what listing failed with
 */
export async function createOnce(body: CreateSyncTaskBody, creation: Creation): Promise<Created> {
  const { oms, returnExisting, now, log } = creation;
  let before: ReadonlySet<string> | undefined;
  try {
    const tasks = await listAll(oms);
    const existing = returnExisting ? existingTask(tasks, body) : undefined;
    if (existing) {
      const { sync_task_id, status } = existing;
      return { outcome: 'existing', sync_task_id, ...(status ? { status } : {}) };
    }
    before = new Set(tasks.flatMap(({ sync_task_id: id }) => id ?? []));
  } catch (error) {
    if (returnExisting) throw error;
    // A policy may allow to create and not to list: then an ambiguous failure stays one.
    log.warn('sync tasks not listed before creating one', { error });
  }
  const since = now();
  try {
    const { sync_task_id } = await oms.createSyncTask(body);
    return { outcome: 'created', sync_task_id };
  } catch (error) {
    if (!(error instanceof AmbiguousCreateError) || !before) throw error;
    const id = await findCreated(body, { before, since }, creation);
    if (id === undefined) throw error;
    log.warn('the answer to creating a sync task was lost, and the task found', { sync_task_id: id, error });
    return { outcome: 'found', sync_task_id: id };
  }
}

async function findCreated(
  body: CreateSyncTaskBody,
  request: Parameters<typeof createdTasks>[2],
  { oms, remaining, sleep, log }: Creation,
): Promise<string | undefined> {
  for (const wait of LOOKS) {
    if (remaining() < wait + ROOM) return undefined;
    if (wait > 0) await sleep(wait);
    try {
      const [found, ...others] = createdTasks(await listAll(oms), body, request);
      // The task of this request cannot be told from the others.
      if (others.length > 0) return undefined;
      if (found) return found.sync_task_id;
    } catch (error) {
      log.warn('sync tasks not listed after an ambiguous failure', { error });
    }
  }
  return undefined;
}

/** Every task of the project: with a quota of five, one page. */
async function listAll(oms: OmsClient): Promise<ListedSyncTask[]> {
  const all: ListedSyncTask[] = [];
  const limit = OMS_LIMITS.listLimit;
  for (let offset = 0; offset <= OMS_LIMITS.listOffset; offset += limit) {
    const { tasks } = await oms.listSyncTasks({ limit, offset });
    all.push(...tasks);
    if (tasks.length < limit) break;
  }
  return all;
}
