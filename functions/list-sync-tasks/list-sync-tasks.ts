import type { OmsConfig } from '#shared/config/oms.ts';
import type { HttpReply, HttpRequest } from '#shared/middleware/gateway-event.ts';
import type { Services } from '#shared/middleware/http.ts';
import { readParameters } from '#shared/middleware/parameters.ts';
import { listSyncTasksRequest } from '#shared/oms/schemas/list-sync-tasks.ts';

const requestSchema = listSyncTasksRequest();

/** GET /sync-tasks: a page of the project's sync tasks. */
export async function listSyncTasks(request: HttpRequest, { oms }: Services<OmsConfig>): Promise<HttpReply> {
  return { status: 200, body: await oms.listSyncTasks(readParameters(requestSchema, request)) };
}
