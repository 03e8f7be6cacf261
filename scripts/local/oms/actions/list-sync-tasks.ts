import { describeTask, type Task } from '../task.ts';
import type { ActionContext } from './context.ts';

/**
 * One page of the project's tasks. `count` is the number of all that match; the order is not documented.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export async function listSyncTasks(
  { store }: ActionContext,
  input: {
    readonly path: { readonly project_id: string };
    readonly query: { readonly limit: number; readonly offset: number; readonly status?: Task['status'] };
  },
) {
  const { limit, offset, status } = input.query;
  const tasks = store.tasks(input.path.project_id).filter((task) => status === undefined || task.status === status);
  return { tasks: tasks.slice(offset, offset + limit).map(describe), count: tasks.length };
}

/** ShowSyncTask does not answer `source_cdn`; this does, without its key. */
function describe(task: Task) {
  const { source_cdn: cdn } = task.settings;
  const { domain, protocol, authentication_type } = cdn ?? {};
  return { ...describeTask(task), source_cdn: cdn ? { domain, protocol, authentication_type } : null };
}
