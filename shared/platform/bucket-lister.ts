import type { OmsConfig } from '#shared/config/oms.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { ObjectLister } from '#shared/listing/lister.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { UnsupportedProviderError } from '#shared/objectstore/providers.ts';
import { callInvocation, noCredentials, readKeyPair } from './credentials.ts';
import type { Invocation } from './invocation.ts';
import {
  BucketConfigurationError,
  type ListedBucket,
  type ListedLocation,
  locationOf,
  namedKeyPair,
} from './listed-bucket.ts';

export interface BucketListerConfig extends OmsConfig {
  readonly srcAccessKey: string | undefined;
  readonly srcSecretKey: string | undefined;
  readonly dstAccessKey: string | undefined;
  readonly dstSecretKey: string | undefined;
}

/**
 * The buckets of the routes, as one function instance reads them: connections are kept between invocations, while
 * credentials and deadline are those of the invocation at hand.
 *
 * @returns a client for a bucket; `reserve` more milliseconds are left for what comes after its last call
 */
export function bucketStoreFactory(): (
  bucket: ListedBucket,
  config: BucketListerConfig,
  invocation: Invocation,
  reserve: number,
) => ObjectStoreClient {
  const clients = new Map<string, ObjectStoreClient>();
  return (bucket, config, invocation, reserve) => {
    const where = locationOf(bucket, config);
    // This throws for a missing key pair before the first call.
    keyPairOf(bucket, config, invocation);
    const id = JSON.stringify(where);
    const client = clients.get(id) ?? connect(where, bucket);
    clients.set(id, client);
    const { credentials } = callInvocation(invocation, () => keyPairOf(bucket, config, invocation));
    return client.forInvocation({ credentials, deadline: () => invocation.remainingTime - reserve });
  };
}

/** Lists the buckets of the routes; see bucketStoreFactory. */
export function bucketListerFactory(): (...bucket: Parameters<ReturnType<typeof bucketStoreFactory>>) => ObjectLister {
  const storeOf = bucketStoreFactory();
  return (...bucket) => new ObjectLister({ store: storeOf(...bucket) });
}

/** @throws BucketConfigurationError */
function connect(where: ListedLocation, { path }: ListedBucket): ObjectStoreClient {
  try {
    return new ObjectStoreClient({ ...where, credentials: noCredentials });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof UnsupportedProviderError)) throw error;
    const message = `cannot be used: ${error.message}`;
    throw new BucketConfigurationError({ path: `${path}.endpoint`, rule: 'endpoint', message }, error);
  }
}

/**
 * Finds the key pair of a bucket: the route's own, else that of its side, else, in OBS, that of the function.
 *
 * @throws BucketConfigurationError where the route names a variable that is not set, or there is no key pair at all
 */
function keyPairOf({ side, place, path }: ListedBucket, config: BucketListerConfig, invocation: Invocation): KeyPair {
  const named = namedKeyPair({ side, place, path }, (name) => invocation.variable(name));
  if (named) return named;
  const [accessKey, secretKey] =
    side === 'source' ? [config.srcAccessKey, config.srcSecretKey] : [config.dstAccessKey, config.dstSecretKey];
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  const isObs = (('cloud' in place ? place.cloud : undefined) ?? 'HuaweiCloud') === 'HuaweiCloud';
  if (isObs) return readKeyPair(config, invocation);
  const prefix = side === 'source' ? 'SRC' : 'DST';
  const message = `is missing, and the variables ${prefix}_ACCESS_KEY and ${prefix}_SECRET_KEY are not set`;
  throw new BucketConfigurationError({ path: `${path}.credentials`, rule: 'required', message });
}
