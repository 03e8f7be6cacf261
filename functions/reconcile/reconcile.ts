import { bucketCredentialVariables } from '#shared/config/bucket-credentials.ts';
import { readDuration } from '#shared/config/duration.ts';
import { eventVariables } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { reconcileVariables } from '#shared/config/reconcile.ts';
import { STATE_PREFIXES, stateVariables } from '#shared/config/state.ts';
import { required } from '#shared/config/variable.ts';
import { AppError } from '#shared/errors/base.ts';
import { callerOf, readAsynchronousRequest } from '#shared/middleware/asynchronous-request.ts';
import { BucketConfigurationError, bucketListerFactory, type ListedBucket } from '#shared/middleware/bucket-lister.ts';
import type { Services } from '#shared/middleware/http.ts';
import type { Invocation } from '#shared/middleware/invocation.ts';
import { objectStoreFactory } from '#shared/middleware/object-store.ts';
import type { KeyFinder, Lister } from '#shared/objectstore/lister.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';
import { type ReconcileRequest, readReconcileRequest } from '#shared/reconcile/request-options.ts';
import { routeFolders } from '#shared/reconcile/route-folder.ts';
import { NoDestinationError, reconcile } from '#shared/reconcile/run.ts';
import type { ReconcileOptions, ReconcileResult } from '#shared/reconcile/run-options.ts';
import { ReconcileState } from '#shared/reconcile/state.ts';
import { type Clock, systemClock } from '#shared/runtime/clock.ts';
import { knownFailures } from './known-failures.ts';
import { type Turn, turnsOf } from './turns.ts';

/** The variables of this function. */
export const variables = {
  ...eventVariables,
  ...stateVariables,
  ...reconcileVariables,
  ...bucketCredentialVariables,
  routes: notificationVariables.routes,
  stateBucket: required(stateVariables.stateBucket),
} as const;

type Config = ConfigOf<typeof variables>;

/** What a call that asks for nothing sensible is answered, where somebody reads the answer. */
interface Refusal {
  readonly error_code: string;
  readonly error_msg: string;
  readonly details: AppError['details'];
}

/** What became of one route. */
export type RouteSummary =
  | {
      readonly route: string;
      readonly outcome: ReconcileResult['outcome'] | 'not_reached';
      readonly reason?: string;
      readonly pass?: number;
      readonly converged?: boolean;
      readonly submitted?: number;
    }
  | ({ readonly route: string; readonly outcome: 'failed' } & Refusal);

export interface ReconcileSummary {
  readonly routes: readonly RouteSummary[];
}

export interface ReconcileFunctionOptions {
  readonly clock?: Clock;
  /** In place of the store that the variables name. */
  readonly store?: (config: Config, invocation: Invocation) => Promise<ObjectStore | undefined>;
  /** In place of the stores that the routes name. */
  readonly lister?: (
    bucket: ListedBucket,
    config: Config,
    invocation: Invocation,
    reserve: number,
  ) => Lister & KeyFinder;
}

/** Milliseconds, at most, that a run leaves for its last checkpoint and its report. */
const RESERVE_MS = 10_000;
/** Milliseconds below which no further route is begun. */
const SHORTEST_TURN_MS = 15_000;

/**
 * Compares the buckets of the routes and submits what was missed: by timer, by POST /reconcile, or called directly with
 * the options as the event. Routes take turns: the one that has waited longest is the first, and one that takes all the
 * time is the last at the next run.
 *
 * What goes wrong with one route does not concern the others. A wrong request is logged and not thrown: it comes
 * asynchronously, and its retry would be as wrong.
 *
 * @returns the function of one instance; it throws where the state bucket cannot be read
 */
export function createReconcile({
  clock = systemClock,
  store: storeOf = objectStoreFactory(),
  lister = bucketListerFactory(),
}: ReconcileFunctionOptions = {}) {
  const now = () => clock.now();
  const states = new TaskStates({ now });
  let limiter: RateLimiter | undefined;
  return async (event: unknown, services: Services<Config>): Promise<ReconcileSummary | Refusal> => {
    const { config, invocation, oms } = services;
    const { log } = invocation;
    const request = readRequest(event, config, invocation);
    if ('error_code' in request) return request;
    const store = await storeOf(config, invocation);
    if (store === undefined) throw new Error('The variables of the state bucket were not checked.');
    limiter ??= new RateLimiter({ perSecond: config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) });
    const bucket = config.stateBucket;
    const turns = await turnsOf(request.routes, { store, bucket });
    const time = invocation.remainingTime;
    const reserve = Math.min(RESERVE_MS, Math.max(0, time) / 4);
    const shared = {
      send: (call) => oms.createSyncEvents(call),
      limiter,
      taskState: (syncTaskId) => states.of(syncTaskId, oms),
      maxKeysPerCall: config.maxKeysPerCall,
      concurrency: config.concurrency,
      callsPerSecond: config.callsPerSecond,
      adviseAbove: config.planThreshold,
      clock,
      remaining: () => invocation.remainingTime,
      reserveMs: reserve,
      workers: config.workers,
      grace: request.grace ?? config.gracePeriod,
      leaseMs: config.lease,
      dryRun: request.options.dry_run ?? false,
      restart: request.options.restart ?? false,
      sourceIsEmpty: request.options.source_is_empty ?? false,
    } satisfies Partial<ReconcileOptions>;
    const run = async ({ route, folder, path }: Turn): Promise<ReconcileResult> => {
      if (route.destination?.bucket === undefined)
        throw new BucketConfigurationError({
          path: `${path}.destination.bucket`,
          rule: 'required',
          message: 'is missing (reconciliation compares the source with it)',
        });
      const listerOf = (side: 'source' | 'destination', place: ListedBucket['place']) =>
        // A page that is asked for late is worth nothing: half of what is left for the end is for those.
        lister({ side, place, path: `${path}.${side}` }, config, invocation, reserve / 2);
      return await reconcile({
        ...shared,
        route,
        source: listerOf('source', route.source),
        destination: listerOf('destination', route.destination),
        showTask: () => oms.showSyncTask({ syncTaskId: route.sync_task_id, queryTime: now() }),
        sourceHasResultLists: config.routes.some(({ destination }) => destination?.bucket === route.source.bucket),
        state: new ReconcileState({ store, bucket, prefix: `${STATE_PREFIXES.reconcile}${folder}/` }),
        knownFailures: (since) =>
          knownFailures({
            store,
            bucket,
            prefixes: [config.deadLetterPrefix, config.parkedPrefix],
            syncTaskId: route.sync_task_id,
            since,
          }),
        log: log.with({ route: nameOf(route) }),
      });
    };
    const errors: unknown[] = [];
    const routes: RouteSummary[] = [];
    for (const turn of turns) {
      const route = nameOf(turn.route);
      if (routes.length > 0 && invocation.remainingTime < Math.min(SHORTEST_TURN_MS, time / 2)) {
        routes.push({ route, outcome: 'not_reached' });
        continue;
      }
      try {
        routes.push(summaryOf(route, await run(turn)));
      } catch (error) {
        log.error('route not reconciled', { route, error });
        errors.push(error);
        routes.push({ route, outcome: 'failed', ...refusalOf(error) });
      }
    }
    // A retry cures what has befallen every route; what concerns one is in the log, and comes again with the timer.
    const retryable = errors.filter((error) => !isWrongConfiguration(error));
    if (retryable.length > 0 && errors.length === turns.length) throw retryable[0];
    log.info('reconciled', {
      caller: request.caller,
      routes: routes.map(({ route, outcome }) => ({ route, outcome })),
    });
    return { routes };
  };
}

interface ReadRequest {
  readonly caller: string;
  readonly options: ReconcileRequest;
  /** Milliseconds. */
  readonly grace: number | undefined;
  readonly routes: readonly Omit<Turn, 'waitingSince'>[];
}

function readRequest(event: unknown, { routes }: Config, { log }: Invocation): ReadRequest | Refusal {
  try {
    const { caller, options } = readAsynchronousRequest(event, readReconcileRequest);
    const folders = routeFolders(routes);
    const wanted = routes
      .map((route, index) => ({ route, folder: folders[index] ?? '', path: `ROUTES[${index}]` }))
      .filter(({ route: { name, sync_task_id: task } }) => [undefined, name, task].includes(options.route));
    if (options.route !== undefined && wanted.length === 0) throw new UnknownRouteError();
    const grace = options.grace_period === undefined ? undefined : readDuration(options.grace_period);
    return { caller, options, grace, routes: wanted };
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    log.error('reconcile refused', { caller: callerOf(event), error });
    return refusalOf(error);
  }
}

/** A request names a route that is not configured. */
export class UnknownRouteError extends AppError {
  override readonly name = 'UnknownRouteError';

  constructor() {
    super(404, 'OmsSync.RouteNotFound', 'No route has this name or sync task.', {
      details: [{ path: 'route', rule: 'known', message: 'route is the name or the sync task of none in ROUTES' }],
    });
  }
}

function isWrongConfiguration(error: unknown): boolean {
  return error instanceof BucketConfigurationError || error instanceof NoDestinationError;
}

function nameOf({ name, sync_task_id }: Route): string {
  return name ?? sync_task_id;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof AppError)
    return { error_code: error.code, error_msg: error.publicMessage, details: error.details };
  return { error_code: 'OmsSync.Internal', error_msg: 'See the function log.', details: undefined };
}

function summaryOf(route: string, { outcome, reason, report, accepted }: ReconcileResult): RouteSummary {
  return {
    route,
    outcome,
    ...(reason && { reason }),
    ...(report && { pass: report.pass, converged: report.converged }),
    submitted: accepted,
  };
}
