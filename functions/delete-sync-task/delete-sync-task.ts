import * as z from 'zod/mini';
import type { OmsConfig } from '#shared/config/oms.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readParameters } from '#shared/platform/parameters.ts';
import { syncTaskId } from '#shared/validation/primitives.ts';
import { removeTask } from './remove-task.ts';

/** DELETE /sync-tasks/{sync_task_id}: deletes a stopped sync task, or with `?stop=true` one in any state. */
export async function deleteSyncTask(
  request: HttpRequest,
  { invocation, oms }: Services<OmsConfig>,
): Promise<HttpReply> {
  const { sync_task_id, stop } = readParameters(deleteSyncTaskRequest, request);
  await removeTask(sync_task_id, {
    oms,
    stop: stop === 'true',
    remaining: () => invocation.remainingTime,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: Date.now,
  });
  invocation.log.info('sync task deleted', { sync_task_id, stopped_first: stop === 'true' });
  return { status: 200, body: { sync_task_id } };
}

export const deleteSyncTaskRequest = z.strictObject({
  sync_task_id: syncTaskId,
  stop: z._default(z.enum(['true', 'false']), 'false'),
});
