import type { ConfigOf } from '#shared/config/read.ts';
import { statePrefixes } from '#shared/config/state.ts';
import { type Clock, systemClock } from '#shared/http/clock.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import type { Summary } from '#shared/pipeline/report.ts';
import { run } from '#shared/pipeline/run.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { keyEncodingsOf } from '#shared/pipeline/variables.ts';
import { deadLetterReserve } from '#shared/pipeline/write-dead-letters.ts';
import type { EventServices } from '#shared/platform/events.ts';
import type { variables } from './variables.ts';

export type OnObjectCreatedServices = EventServices<ConfigOf<typeof variables>>;

/**
 * A notification of OBS: the objects that it names become sync events of the tasks that the routes say.
 *
 * @returns the function of one instance, whose invocations share a rate of calls and what is known of the tasks
 */
export function createOnObjectCreated({ clock = systemClock }: { readonly clock?: Clock } = {}) {
  const now = () => clock.now();
  const states = new TaskStates({ now });
  let limiter: RateLimiter | undefined;
  return (event: unknown, services: OnObjectCreatedServices): Promise<Summary> => {
    const { config, invocation, oms, deadLetters } = services;
    const bucket = config.stateBucket;
    limiter ??= new RateLimiter({ perSecond: config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) });
    return run(event, {
      routes: config.routes,
      keyEncodings: keyEncodingsOf(config),
      maxKeysPerCall: config.maxKeysPerCall,
      concurrency: config.concurrency,
      send: (call) => oms.createSyncEvents(call),
      remaining: () => invocation.remainingTime,
      reserveMs: bucket === undefined ? 0 : deadLetterReserve(invocation.remainingTime),
      limiter,
      taskState: (syncTaskId) => states.of(syncTaskId, oms),
      random: () => clock.random(),
      deadLetters,
      state: bucket === undefined ? undefined : { bucket, prefixes: statePrefixes(config).map(([, prefix]) => prefix) },
      functionName: invocation.functionName ?? 'on-object-created',
      requestId: invocation.requestId ?? '',
      logKeys: config.logKeys,
      log: invocation.log,
      now,
    });
  };
}
