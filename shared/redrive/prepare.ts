import type { EventConfig } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { type StateConfig, statePrefixes } from '#shared/config/state.ts';
import { DeadLetters } from '#shared/deadletters/store.ts';
import type { Clock } from '#shared/http/clock.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { OmsClient } from '#shared/oms/client.ts';
import type { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import type { TaskStates } from '#shared/pipeline/task-states.ts';
import { keyEncodingsOf, type notificationVariables } from '#shared/pipeline/variables.ts';
import { type RedriveOptions, toFilter } from './options.ts';
import type { RedriveRun } from './redrive.ts';

export type RedriveConfig = EventConfig &
  StateConfig &
  ConfigOf<typeof notificationVariables> & { readonly stateBucket: string };

export interface RedriveClients {
  readonly store: ObjectStore;
  readonly oms: Pick<OmsClient, 'createSyncEvents' | 'showSyncTask'>;
  readonly limiter: RateLimiter;
  readonly states: TaskStates;
  readonly clock: Clock;
}

/** The part of a run that the function and the command set up alike, from variables, clients and options. */
export function prepareRedrive(config: RedriveConfig, clients: RedriveClients, options: RedriveOptions) {
  const { store, oms, limiter, states, clock } = clients;
  const bucket = config.stateBucket;
  const prefixes = {
    deadLetters: config.deadLetterPrefix,
    parked: config.parkedPrefix,
    failedInvocations: config.failedInvocationsPrefix,
  };
  return {
    store,
    bucket,
    deadLetters: new DeadLetters({ store, bucket, prefix: prefixes.deadLetters, parkedPrefix: prefixes.parked }),
    prefixes,
    state: { bucket, prefixes: statePrefixes(config).map(([, prefix]) => prefix) },
    maxAttempts: config.redriveMaxAttempts,
    routes: config.routes,
    keyEncodings: keyEncodingsOf(config),
    logKeys: config.logKeys,
    maxKeysPerCall: config.maxKeysPerCall,
    concurrency: config.concurrency,
    send: (call) => oms.createSyncEvents(call),
    limiter,
    taskState: (syncTaskId) => states.of(syncTaskId, oms),
    clock,
    filter: toFilter(options, clock.now()),
    dryRun: options.dry_run ?? false,
  } satisfies Partial<RedriveRun>;
}
