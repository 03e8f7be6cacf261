import type { CreateSyncTaskBody } from '#shared/oms/schemas/create-sync-task.ts';
import type { ListedSyncTask } from '#shared/oms/schemas/list-sync-tasks-response.ts';

export type NamedTask = ListedSyncTask & { readonly sync_task_id: string };

/**
 * Milliseconds by which OMS's clock may be behind ours: the gateway refuses a request whose time differs by more.
 * @see https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
 */
const CLOCK_SKEW = 15 * 60_000;

const PLACES = ['src_cloud_type', 'src_region', 'src_bucket', 'dst_region', 'dst_bucket'] as const;

/**
 * The tasks between the same two buckets. Other settings are not compared: OMS gives some back in other words
 * (`no_check` for `transmission`, null for a default).
 */
function tasksBetween(tasks: readonly ListedSyncTask[], body: CreateSyncTaskBody): NamedTask[] {
  return tasks
    .filter((task): task is NamedTask => typeof task.sync_task_id === 'string' && task.sync_task_id !== '')
    .filter((task) => PLACES.every((place) => (task[place] ?? '') === body[place]));
}

/** The task that answers `if_exists=return`: one that runs before one that is stopped, then the newest. */
export function existingTask(tasks: readonly ListedSyncTask[], body: CreateSyncTaskBody): NamedTask | undefined {
  const runs = ({ status }: NamedTask): number => (status === 'SYNCHRONIZING' ? 1 : 0);
  return tasksBetween(tasks, body).toSorted(
    (one, other) => runs(other) - runs(one) || createTime(other) - createTime(one),
  )[0];
}

/**
 * The tasks that a request may have created: between its buckets, not there before it, and not older than it. The
 * second tells more than the third, which is of OMS's clock; the third still holds where a page of the earlier list
 * missed a task.
 *
 * @param before ids of the tasks that were there before the request
 * @param since when the request was sent, milliseconds since the epoch
 */
export function createdTasks(
  tasks: readonly ListedSyncTask[],
  body: CreateSyncTaskBody,
  { before, since }: { readonly before: ReadonlySet<string>; readonly since: number },
): NamedTask[] {
  return tasksBetween(tasks, body).filter(
    (task) => !before.has(task.sync_task_id) && createTime(task) >= since - CLOCK_SKEW,
  );
}

/** Milliseconds since the epoch; a task without one is taken for new. */
function createTime({ create_time: time }: NamedTask): number {
  return time === null || time === undefined ? Number.POSITIVE_INFINITY : Number(time);
}
