import type { EventConfig } from '#shared/config/oms.ts';
import type { HttpReply, HttpRequest } from '#shared/middleware/gateway-event.ts';
import type { Services } from '#shared/middleware/http.ts';
import { toBatches } from '#shared/pipeline/batch.ts';
import { submit } from '#shared/pipeline/submit.ts';
import { toReply } from './reply.ts';
import { readRequest } from './request.ts';

/** POST /sync-tasks/{sync_task_id}/events: asks OMS to copy the named objects. */
export async function createSyncEvent(
  request: HttpRequest,
  { config, invocation, oms }: Services<EventConfig>,
): Promise<HttpReply> {
  const { syncTaskId, list, objectKeys } = readRequest(request);
  const batches = toBatches(
    objectKeys.map((key) => ({ syncTaskId, key })),
    config.maxKeysPerCall,
  );
  const submitted = await submit(batches, {
    send: (call) => oms.createSyncEvents(call),
    concurrency: config.concurrency,
    remaining: () => invocation.remainingTime,
  });
  const reply = toReply(syncTaskId, list, submitted.outcomes);
  const { calls, attempts } = submitted;
  invocation.log.info('sync events', { keys: objectKeys.length, calls, attempts, status: reply.status });
  return reply;
}
