import { describeTask, statusAt, type Task } from '../task.ts';
import type { ActionContext } from './context.ts';

/**
 * One page of the project's tasks. `count` is the number of all that match; the order is not documented.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export async function listSyncTasks(
  { store, now }: ActionContext,
  input: {
    readonly path: { readonly project_id: string };
    readonly query: { readonly limit: number; readonly offset: number; readonly status?: Task['status'] };
  },
) {
  const { limit, offset, status } = input.query;
  const at = now();
  const all = store.tasks(input.path.project_id);
  const tasks = all.filter((task) => status === undefined || statusAt(task, at) === status);
  return { tasks: tasks.slice(offset, offset + limit).map((task) => describe(task, at)), count: tasks.length };
}

/** ShowSyncTask does not answer `source_cdn`; this does, without its key. */
function describe(task: Task, now: number) {
  const { source_cdn: cdn } = task.settings;
  const { domain, protocol, authentication_type } = cdn ?? {};
  return { ...describeTask(task, now), source_cdn: cdn ? { domain, protocol, authentication_type } : null };
}
