import type { OmsConfig } from '#shared/config/oms.ts';
import { listSyncTasksRequest } from '#shared/oms/schemas/list-sync-tasks.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readParameters } from '#shared/platform/parameters.ts';

const requestSchema = listSyncTasksRequest();

/** GET /sync-tasks: a page of the project's sync tasks. */
export async function listSyncTasks(request: HttpRequest, { oms }: Services<OmsConfig>): Promise<HttpReply> {
  return { status: 200, body: await oms.listSyncTasks(readParameters(requestSchema, request)) };
}
