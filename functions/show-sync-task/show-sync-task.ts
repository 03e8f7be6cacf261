import type { OmsConfig } from '#shared/config/oms.ts';
import { missingByShow } from '#shared/oms/refusal.ts';
import { showSyncTaskRequest } from '#shared/oms/schemas/show-sync-task.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readParameters } from '#shared/platform/parameters.ts';

const requestSchema = showSyncTaskRequest(Date.now);

/** GET /sync-tasks/{sync_task_id}: a sync task with its counters of a month, this one by default. */
export async function showSyncTask(request: HttpRequest, { oms }: Services<OmsConfig>): Promise<HttpReply> {
  const { sync_task_id, query_time } = readParameters(requestSchema, request);
  try {
    const task = await oms.showSyncTask({ syncTaskId: sync_task_id, queryTime: query_time });
    return { status: 200, body: task };
  } catch (refusal) {
    throw missingByShow(refusal) ?? refusal;
  }
}
