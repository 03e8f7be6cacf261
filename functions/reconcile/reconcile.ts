import type { ConfigOf } from '#shared/config/read.ts';
import { STATE_PREFIXES } from '#shared/config/state.ts';
import type { Refusal } from '#shared/errors/base.ts';
import { type Clock, systemClock } from '#shared/http/clock.ts';
import type { KeyFinder, Lister } from '#shared/listing/lister.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { readOrRefuse } from '#shared/platform/asynchronous-request.ts';
import { bucketListerFactory } from '#shared/platform/bucket-lister.ts';
import type { Services } from '#shared/platform/http.ts';
import type { Invocation } from '#shared/platform/invocation.ts';
import { BucketConfigurationError, type ListedBucket } from '#shared/platform/listed-bucket.ts';
import { objectStoreFactory } from '#shared/platform/object-store.ts';
import { knownFailures } from '#shared/reconcile/known-failures.ts';
import { ReconcileState } from '#shared/reconcile/pass/state.ts';
import { nameOf, type RouteSummary, reconcileRoutes, type WantedRoute } from '#shared/reconcile/reconcile-routes.ts';
import { reconcile } from '#shared/reconcile/run.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';
import { destinationOf } from './buckets.ts';
import { readWantedRun } from './request.ts';
import type { variables } from './variables.ts';

type Config = ConfigOf<typeof variables>;

export interface ReconcileSummary {
  readonly routes: readonly RouteSummary[];
}

export interface ReconcileFunctionOptions {
  readonly clock?: Clock;
  readonly store?: (config: Config, invocation: Invocation) => Promise<ObjectStore | undefined>;
  /** Replaces the stores that the routes name; `reserve` milliseconds are left for what comes after the last page. */
  readonly lister?: (
    bucket: ListedBucket,
    config: Config,
    invocation: Invocation,
    reserve: number,
  ) => Lister & KeyFinder;
}

/** Milliseconds, at most, that a run leaves for its last checkpoint and its report. */
const RESERVE_MS = 10_000;

/**
 * Compares the buckets of the routes and submits what was missed: by timer, by POST /reconcile, or called directly with
 * the options as the event. Routes take turns: the one that has waited longest is the first, and one that takes all the
 * time is the last at the next run.
 *
 * What goes wrong with one route does not concern the others. A wrong request is logged and not thrown: it comes
 * asynchronously, and its retry would be as wrong.
 *
 * @returns the function of one instance; it throws where no route could be worked at, and a retry may cure that
 */
export function createReconcile({
  clock = systemClock,
  store: storeOf = objectStoreFactory(),
  lister: listerOf = bucketListerFactory(),
}: ReconcileFunctionOptions = {}) {
  const now = () => clock.now();
  const states = new TaskStates({ now });
  let limiter: RateLimiter | undefined;
  return async (event: unknown, { config, invocation, oms }: Services<Config>): Promise<ReconcileSummary | Refusal> => {
    const { log } = invocation;
    const request = readOrRefuse(event, (each) => readWantedRun(each, config.routes), 'reconcile', log);
    if ('error_code' in request) return request;
    const { caller, options, grace = config.gracePeriod, wanted } = request;
    const store = await storeOf(config, invocation);
    if (store === undefined) throw new Error('The variables of the state bucket were not checked.');
    const place = { store, bucket: config.stateBucket };
    const reserve = Math.min(RESERVE_MS, Math.max(0, invocation.remainingTime) / 4);
    limiter ??= new RateLimiter({ perSecond: config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) });
    const shared = {
      limiter,
      maxKeysPerCall: config.maxKeysPerCall,
      logKeys: config.logKeys,
      concurrency: config.concurrency,
      callsPerSecond: config.callsPerSecond,
      adviseAbove: config.planThreshold,
      workers: config.workers,
      leaseMs: config.lease,
      clock,
      remaining: () => invocation.remainingTime,
      reserveMs: reserve,
      grace,
      objective: config.objective,
      maxSubmissions: options.max_submissions ?? config.maxSubmissions,
      dryRun: options.dry_run ?? false,
      restart: options.restart ?? false,
      sourceIsEmpty: options.source_is_empty ?? false,
    };

    const run = async ({ route, folder, path }: WantedRoute): Promise<ReconcileResult> => {
      const { source, sync_task_id: syncTaskId } = route;
      const destination = destinationOf({ route, path }, config);
      const prefixes = [config.deadLetterPrefix, config.parkedPrefix];
      // A page that comes in the last moment can still be submitted and saved.
      const bucket = (side: ListedBucket['side'], at: ListedBucket['place']) =>
        listerOf({ side, place: at, path: `${path}.${side}` }, config, invocation, reserve / 2);
      return await reconcile({
        ...shared,
        route,
        source: bucket('source', source),
        destination: bucket('destination', destination),
        send: (call) => oms.createSyncEvents(call),
        taskState: (id) => states.of(id, oms),
        showTask: () => oms.showSyncTask({ syncTaskId, queryTime: now() }),
        compareETags: route.compare_etags,
        sourceHasResultLists: config.routes.some((other) => other.destination?.bucket === source.bucket),
        state: new ReconcileState({
          ...place,
          prefix: `${STATE_PREFIXES.reconcile}${folder}/`,
          redact: (text) => log.redact(text),
        }),
        knownFailures: (since) =>
          knownFailures({
            ...place,
            prefixes,
            syncTaskId,
            since,
            hasTime: () => invocation.remainingTime > reserve / 2,
          }),
        log: log.with({ route: nameOf(route) }),
      });
    };

    const routes = await reconcileRoutes({
      ...place,
      wanted,
      remaining: () => invocation.remainingTime,
      reconcileRoute: run,
      mayPass: (error) => !(error instanceof BucketConfigurationError),
      caller,
      log,
    });
    return { routes };
  };
}
