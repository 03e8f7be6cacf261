import type { OmsConfig } from '#shared/config/oms.ts';
import type { Problem } from '#shared/errors/base.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import {
  BucketConfigurationError,
  type ListedBucket,
  locationOf,
  namedKeyPair,
} from '#shared/platform/listed-bucket.ts';

/**
 * Buckets of routes that reconciliation could not list: where they are, and the variables that hold their key pairs. A
 * cloud that nothing can list is no mistake: its notifications still work.
 *
 * @param lookUp of a variable of the function
 */
export function listedRouteProblems(
  routes: readonly Route[],
  config: Pick<OmsConfig, 'region'>,
  lookUp: (name: string) => string | undefined,
): readonly Problem[] {
  const buckets = routes.flatMap(({ source, destination }, index): ListedBucket[] =>
    // Nothing is compared without a destination.
    destination?.bucket === undefined
      ? []
      : [
          { side: 'source', place: source, path: `ROUTES[${index}].source` },
          { side: 'destination', place: destination, path: `ROUTES[${index}].destination` },
        ],
  );
  return buckets.flatMap((bucket) => {
    try {
      locationOf(bucket, config);
      namedKeyPair(bucket, lookUp);
      return [];
    } catch (error) {
      if (!(error instanceof BucketConfigurationError)) throw error;
      return (error.details ?? []).filter(({ path, rule }) => !(rule === 'unsupported' && path.endsWith('.cloud')));
    }
  });
}
