import * as z from 'zod/mini';
import type { ConfigOf } from '#shared/config/read.ts';
import { readWithCredentials } from '#shared/oms/bucket-credentials.ts';
import { createSyncTaskBody } from '#shared/oms/schemas/create-sync-task.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { readPathAndBody } from '#shared/platform/parameters.ts';
import { createOnce } from './create-once.ts';
import type { variables } from './variables.ts';

/** POST /sync-tasks: creates a sync task, which OMS starts at once; with `?if_exists=return` only where there is none. */
export async function createSyncTask(
  request: HttpRequest,
  { config, invocation, oms }: Services<ConfigOf<typeof variables>>,
): Promise<HttpReply> {
  const [{ if_exists }, body] = readPathAndBody(createSyncTaskParameters, request, () =>
    readWithCredentials(createSyncTaskBody, request.body, config, (secrets) => invocation.log.conceal(secrets)),
  );
  const { outcome, ...created } = await createOnce(body, {
    oms,
    returnExisting: if_exists === 'return',
    remaining: () => invocation.remainingTime,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: Date.now,
    log: invocation.log,
  });
  invocation.log.info('sync task created', { sync_task_id: created.sync_task_id, outcome });
  return { status: 200, body: outcome === 'existing' ? { ...created, existing: true } : created };
}

export const createSyncTaskParameters = z.strictObject({
  /** `return`: answer with the task that there is for these buckets in place of making a second one. */
  if_exists: z.optional(z.enum(['return'])),
});
