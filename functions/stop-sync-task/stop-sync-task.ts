import type { OmsConfig } from '#shared/config/oms.ts';
import { CONFLICTS, explainRefusal } from '#shared/oms/refusal.ts';
import { syncTaskPath } from '#shared/oms/schemas/show-sync-task.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readParameters } from '#shared/platform/parameters.ts';

/** POST /sync-tasks/{sync_task_id}/stop: stops a sync task. */
export async function stopSyncTask(request: HttpRequest, { invocation, oms }: Services<OmsConfig>): Promise<HttpReply> {
  const { sync_task_id } = readParameters(syncTaskPath, request);
  const syncTaskId = sync_task_id;
  try {
    await oms.stopSyncTask({ syncTaskId });
  } catch (refusal) {
    const cause = await explainRefusal(refusal, { oms, syncTaskId, conflict: CONFLICTS.stop, now: Date.now });
    // "Not in progress" is the success of an attempt whose answer was lost.
    if (!(cause.about === 'state' && cause.error.afterUncertain)) throw cause.error;
  }
  invocation.log.info('sync task stopped', { sync_task_id });
  return { status: 200, body: { sync_task_id } };
}
