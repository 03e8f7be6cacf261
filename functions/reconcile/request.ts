import { readDuration } from '#shared/config/duration.ts';
import { AppError } from '#shared/errors/base.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { type Caller, readAsynchronousRequest } from '#shared/platform/asynchronous-request.ts';
import type { WantedRoute } from '#shared/reconcile/reconcile-routes.ts';
import { type ReconcileRequest, readReconcileRequest } from '#shared/reconcile/request-options.ts';
import { routeFolders } from '#shared/reconcile/route-identity.ts';
import { ValidationError } from '#shared/validation/errors.ts';

export interface WantedRun {
  readonly caller: Caller;
  readonly options: ReconcileRequest;
  /** Milliseconds; undefined where the variable counts. */
  readonly grace: number | undefined;
  readonly wanted: readonly WantedRoute[];
}

class UnknownRouteError extends AppError {
  override readonly name = 'UnknownRouteError';

  constructor() {
    super(404, 'OmsSync.RouteNotFound', 'No route has this name or sync task.', {
      details: [{ path: 'route', rule: 'known', message: 'route is the name or the sync task of none in ROUTES' }],
    });
  }
}

/**
 * Reads what is to be reconciled. Nothing at all is a request, too: every route.
 *
 * @param event of the gateway, accepted, of a timer, or the options themselves
 * @throws ValidationError with every problem, PayloadTooLargeError, UnknownRouteError
 */
export function readWantedRun(event: unknown, routes: readonly Route[]): WantedRun {
  const { caller, options } = readAsynchronousRequest(event, readReconcileRequest);
  const folders = routeFolders(routes);
  const wanted = routes
    .map((route, index) => ({ route, folder: folders[index] ?? '', path: `ROUTES[${index}]` }))
    .filter(({ route }) => [undefined, route.name, route.sync_task_id].includes(options.route));
  if (options.route !== undefined && wanted.length === 0) throw new UnknownRouteError();
  if (options.source_is_empty && wanted.length > 1)
    throw new ValidationError([
      {
        path: 'route',
        rule: 'required',
        message: 'route must name a single route: not every source is meant to be empty',
      },
    ]);
  const grace = options.grace_period === undefined ? undefined : readDuration(options.grace_period);
  return { caller, options, grace, wanted };
}
