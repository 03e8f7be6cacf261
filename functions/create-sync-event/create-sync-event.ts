import type { EventConfig } from '#shared/config/oms.ts';
import { decodeRfc3986Key } from '#shared/encoding/decode.ts';
import { AppError } from '#shared/errors/base.ts';
import { type Clock, systemClock } from '#shared/http/clock.ts';
import type { Logger } from '#shared/logging/logger.ts';
import { CONFLICTS, explainRefusal, type RefusalCause } from '#shared/oms/refusal.ts';
import { AcceptedTrace } from '#shared/pipeline/accepted-trace.ts';
import { toBatches } from '#shared/pipeline/batch.ts';
import { type FailedKey, failedOf } from '#shared/pipeline/outcome.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { type Submitted, submit } from '#shared/pipeline/submit.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import { NothingAcceptedError, toReply } from './reply.ts';
import { readRequest } from './request.ts';

/**
 * POST /sync-tasks/{sync_task_id}/events: asks OMS to copy the named objects.
 *
 * @returns the function of one instance, whose calls share a rate and what is known of the tasks
 */
export function createSyncEvents({ clock = systemClock }: { readonly clock?: Clock } = {}) {
  const now = () => clock.now();
  const states = new TaskStates({ now });
  let limiter: RateLimiter | undefined;
  return async (request: HttpRequest, { config, invocation, oms }: Services<EventConfig>): Promise<HttpReply> => {
    const { syncTaskId, list, objectKeys } = readRequest(request);
    const batches = toBatches(
      objectKeys.map((key) => ({ syncTaskId, key })),
      config.maxKeysPerCall,
    );
    limiter ??= new RateLimiter({ perSecond: config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) });
    const submitted = await submit(batches, {
      send: (call) => oms.createSyncEvents(call),
      concurrency: config.concurrency,
      remaining: () => invocation.remainingTime,
      limiter,
      taskState: (id) => states.of(id, oms),
    });
    logOutcome(invocation.log, syncTaskId, submitted);
    const trace = new AcceptedTrace(config.logKeys);
    for (const outcome of submitted.outcomes)
      if (outcome.status === 'accepted')
        trace.add({ syncTaskId, key: nameOf(objectKeys[outcome.index] ?? ''), requestId: outcome.requestId });
    trace.write(invocation.log);
    return explained(
      () => toReply(syncTaskId, list, submitted.outcomes),
      (refusal) => explainRefusal(refusal, { oms, syncTaskId, conflict: CONFLICTS.events, now }),
    );
  };
}

/** The name that a key stands for; the key itself where a caller has encoded it in another way than ours. */
function nameOf(key: string): string {
  try {
    return decodeRfc3986Key(key);
  } catch {
    return key;
  }
}

/** One line for all keys and one per cause of failures: the answer has no stack, and nothing of a defect of ours. */
function logOutcome(log: Logger, sync_task_id: string, { outcomes, calls, attempts }: Submitted): void {
  const failed = failedOf(outcomes);
  const accepted = outcomes.length - failed.length;
  log.info('sync events', { sync_task_id, keys: outcomes.length, accepted, failed: failed.length, calls, attempts });
  const byCause = new Map<string, FailedKey[]>();
  for (const key of failed) {
    const code = key.error instanceof AppError ? key.error.code : 'OmsSync.Internal';
    const keys = byCause.get(code);
    if (keys) keys.push(key);
    else byCause.set(code, [key]);
  }
  for (const [error_code, [key, ...others]] of byCause)
    log.warn('keys not accepted', {
      error_code,
      failure: key?.failure.code,
      count: others.length + 1,
      first: key?.index,
      remedy: key?.failure.remedy,
      error: key?.error,
    });
}

/** The reply, or the error of the task where it is the task that OMS refused, whatever it said of the keys. */
async function explained(
  read: () => HttpReply,
  explain: (refusal: unknown) => Promise<RefusalCause>,
): Promise<HttpReply> {
  try {
    return read();
  } catch (error) {
    const cause = await explain(error instanceof NothingAcceptedError ? error.cause : error);
    throw cause.about === 'other' ? error : cause.error;
  }
}
