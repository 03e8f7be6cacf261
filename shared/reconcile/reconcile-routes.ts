import { STATE_PREFIXES } from '#shared/config/state.ts';
import { type Refusal, refusalOf } from '#shared/errors/base.ts';
import type { Logger } from '#shared/logging/logger.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import type { ReconcileResult } from './run-options.ts';

export interface WantedRoute {
  readonly route: Route;
  readonly folder: string;
  /** Path of the route, for example `ROUTES[2]`. */
  readonly path: string;
}

export type RouteSummary =
  | {
      readonly route: string;
      /** `not_reached`: others took all the time; it is the first of the next run. */
      readonly outcome: ReconcileResult['outcome'] | 'not_reached';
      readonly reason?: string;
      readonly pass?: number;
      readonly converged?: boolean;
      readonly accepted?: number;
      readonly unreadable?: readonly string[];
    }
  | ({ readonly route: string; readonly outcome: 'failed' } & Refusal);

export interface RoutesOptions {
  readonly wanted: readonly WantedRoute[];
  readonly store: Pick<ObjectStore, 'headObject'>;
  readonly bucket: string;
  /** Milliseconds that are left. */
  readonly remaining: () => number;
  readonly reconcileRoute: (wanted: WantedRoute) => Promise<ReconcileResult>;
  readonly mayPass: (error: unknown) => boolean;
  readonly caller: string;
  readonly log: Logger;
}

/** Milliseconds below which no further route is begun. */
const SHORTEST_TURN_MS = 20_000;
/** Routes whose checkpoints are looked at together. */
const CONCURRENCY = 16;

/**
 * Reconciles routes in turn: the one that has waited longest is the first, and one that takes all the time is the last
 * at the next run. What goes wrong with one route does not concern the others.
 *
 * @throws ObjectStoreError where the state bucket cannot be read
 * @throws the first error that may pass, where every route has failed
 */
export async function reconcileRoutes(options: RoutesOptions): Promise<RouteSummary[]> {
  const { remaining, reconcileRoute, mayPass, caller, log } = options;
  const time = remaining();
  const routes: RouteSummary[] = [];
  const errors: unknown[] = [];
  for (const wanted of await inTurns(options)) {
    const route = nameOf(wanted.route);
    const isLate = routes.length > 0 && remaining() < Math.min(SHORTEST_TURN_MS, time / 2);
    try {
      routes.push(isLate ? { route, outcome: 'not_reached' } : summaryOf(route, await reconcileRoute(wanted)));
    } catch (error) {
      log.error('route not reconciled', { route, error });
      errors.push(error);
      routes.push({ route, outcome: 'failed', ...refusalOf(error) });
    }
  }
  log.info('reconciled', { caller, routes: routes.map(({ route, outcome }) => ({ route, outcome })) });
  // An error of one route is in the log, and comes again with the timer; what befalls all routes may pass.
  const passing = errors.find(mayPass);
  if (passing !== undefined && errors.length === routes.length) throw passing;
  return routes;
}

/** Routes by when their checkpoint was last written; a route that was never reconciled is the first. */
async function inTurns({ wanted, store, bucket }: RoutesOptions): Promise<WantedRoute[]> {
  if (wanted.length <= 1) return [...wanted];
  const written = new Map<WantedRoute, number>();
  await forEachConcurrently(wanted, CONCURRENCY, async (each) => {
    const key = `${STATE_PREFIXES.reconcile}${each.folder}/checkpoint.json`;
    written.set(each, (await store.headObject({ bucket, key }))?.lastModified ?? 0);
  });
  return [...wanted].sort((a, b) => (written.get(a) ?? 0) - (written.get(b) ?? 0));
}

/** Whether source and destination are one bucket: compared with itself it would prove whatever it is asked. */
export function isOneBucket({ source, destination }: Route, usualRegion: string | undefined): boolean {
  if (destination === undefined || destination.bucket !== source.bucket) return false;
  if ((source.cloud ?? 'HuaweiCloud') !== 'HuaweiCloud') return false;
  const [from, to] = [source, destination].map(({ endpoint, region = usualRegion }) => endpoint ?? region);
  return from === to;
}

export function nameOf({ name, sync_task_id }: Route): string {
  return name ?? sync_task_id;
}

function summaryOf(
  route: string,
  { outcome, reason, report, accepted, unreadable = [] }: ReconcileResult,
): RouteSummary {
  return {
    route,
    outcome,
    ...(reason && { reason }),
    ...(report && { pass: report.pass, converged: report.converged }),
    accepted,
    ...(unreadable.length > 0 && { unreadable }),
  };
}
