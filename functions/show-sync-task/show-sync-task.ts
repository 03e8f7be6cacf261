import type { OmsConfig } from '#shared/config/oms.ts';
import type { HttpReply, HttpRequest } from '#shared/middleware/gateway-event.ts';
import type { Services } from '#shared/middleware/http.ts';
import { showSyncTaskRequest } from '#shared/oms/schemas/show-sync-task.ts';
import { parse } from '#shared/validation/parse.ts';

const requestSchema = showSyncTaskRequest(Date.now);

/** GET /sync-tasks/{sync_task_id}: a sync task with its counters of a month, this one by default. */
export async function showSyncTask(request: HttpRequest, { oms }: Services<OmsConfig>): Promise<HttpReply> {
  const { sync_task_id, query_time } = parse(requestSchema, {
    ...Object.fromEntries(request.pathParameters),
    query_time: request.query.get('query_time'),
  });
  const task = await oms.showSyncTask({ syncTaskId: sync_task_id, queryTime: Number(query_time) });
  return { status: 200, body: task };
}
