import type { OmsConfig } from '#shared/config/oms.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { BucketConfigurationError, locationOf } from '#shared/platform/listed-bucket.ts';
import { isOneBucket, type WantedRoute } from '#shared/reconcile/reconcile-routes.ts';

type Config = Pick<OmsConfig, 'region'>;

/**
 * The bucket that the source of a route is compared with.
 *
 * @throws BucketConfigurationError where there is none, or where it is the source itself
 */
export function destinationOf(
  { route, path }: Pick<WantedRoute, 'route' | 'path'>,
  { region }: Config,
): NonNullable<Route['destination']> & { readonly bucket: string } {
  const { destination } = route;
  const refuse = (rule: string, message: string): never => {
    throw new BucketConfigurationError({ path: `${path}.destination.bucket`, rule, message });
  };
  const bucket = destination?.bucket ?? refuse('required', 'is missing (reconciliation compares the source with it)');
  if (isOneBucket(route, region))
    refuse('other_bucket', 'is the source bucket itself, which is always the same as itself');
  return { ...destination, bucket };
}

/**
 * Refuses a run that could compare none of its routes, as far as ROUTES tells.
 *
 * @throws BucketConfigurationError of the first route
 */
export function checkComparable(wanted: readonly WantedRoute[], config: Config): void {
  let first: BucketConfigurationError | undefined;
  for (const { route, path } of wanted) {
    try {
      locationOf({ side: 'source', place: route.source, path: `${path}.source` }, config);
      const place = destinationOf({ route, path }, config);
      locationOf({ side: 'destination', place, path: `${path}.destination` }, config);
      return;
    } catch (error) {
      if (!(error instanceof BucketConfigurationError)) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
}
