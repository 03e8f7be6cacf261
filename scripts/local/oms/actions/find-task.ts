import { badRequest, OMS, OmsFault } from '../errors.ts';
import type { OmsStore } from '../store.ts';
import type { Task } from '../task.ts';

/**
 * The task, or the error of an unknown one. ShowSyncTask, ListSyncTaskStatistic and CreateSyncEvents document 404;
 * start, stop and delete document 400 and no 404. The code of the 404 is not documented.
 * @throws OmsFault
 */
export function findTask(store: OmsStore, projectId: string, id: string, unknown: 404 | 400 = 404): Task {
  const task = store.task(projectId, id);
  if (task) return task;
  if (unknown === 400) throw badRequest(OMS.invalidTaskId, 'The task ID is invalid.');
  throw new OmsFault(404, OMS.resourceNotFound, 'The synchronization task does not exist.');
}
