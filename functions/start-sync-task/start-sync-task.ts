import type { ConfigOf } from '#shared/config/read.ts';
import { readWithCredentials } from '#shared/oms/bucket-credentials.ts';
import { CONFLICTS, explainRefusal } from '#shared/oms/refusal.ts';
import { syncTaskPath } from '#shared/oms/schemas/show-sync-task.ts';
import { startSyncTaskBody } from '#shared/oms/schemas/start-sync-task.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readPathAndBody } from '#shared/platform/parameters.ts';
import type { variables } from './variables.ts';

/** POST /sync-tasks/{sync_task_id}/start: starts a stopped sync task with the buckets' key pairs. */
export async function startSyncTask(
  request: HttpRequest,
  { config, invocation, oms }: Services<ConfigOf<typeof variables>>,
): Promise<HttpReply> {
  const [{ sync_task_id }, body] = readPathAndBody(syncTaskPath, request, () =>
    // The variables may hold all of it.
    readWithCredentials(startSyncTaskBody, request.body ?? {}, config, (secrets) => invocation.log.conceal(secrets)),
  );
  try {
    await oms.startSyncTask({ syncTaskId: sync_task_id, ...body });
  } catch (refusal) {
    const conflict = CONFLICTS.start;
    const cause = await explainRefusal(refusal, { oms, syncTaskId: sync_task_id, conflict, now: Date.now });
    // "Started already" is the success of an attempt whose answer was lost. That somebody else started the task in
    // those seconds cannot be told apart, and leaves it started as well.
    if (!(cause.about === 'state' && cause.error.afterUncertain)) throw cause.error;
  }
  invocation.log.info('sync task started', { sync_task_id });
  return { status: 200, body: { sync_task_id } };
}
