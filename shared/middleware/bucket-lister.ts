import type { OmsConfig } from '#shared/config/oms.ts';
import { AppError, type Problem } from '#shared/errors/base.ts';
import { ObjectStoreClient, type ObjectStoreOptions } from '#shared/objectstore/client.ts';
import { ObjectLister } from '#shared/objectstore/lister.ts';
import {
  endpointOf,
  isProviderName,
  type ProviderName,
  type ProviderOverrides,
  UnsupportedProviderError,
} from '#shared/objectstore/providers.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import type { Invocation } from './invocation.ts';
import { MissingKeyPairError, readKeyPair } from './object-store.ts';

/** A bucket of a route cannot be listed with what the route and the variables say. */
export class BucketConfigurationError extends AppError {
  override readonly name = 'BucketConfigurationError';

  constructor(problem: Problem, cause?: unknown) {
    super(400, 'OmsSync.BucketConfiguration', `${problem.path} ${problem.message}`, { details: [problem], cause });
  }
}

export interface BucketListerConfig extends OmsConfig {
  readonly srcAccessKey: string | undefined;
  readonly srcSecretKey: string | undefined;
  readonly dstAccessKey: string | undefined;
  readonly dstSecretKey: string | undefined;
}

/** A bucket of a route, and where ROUTES names it. */
export interface ListedBucket {
  readonly side: 'source' | 'destination';
  readonly place: Route['source'] | NonNullable<Route['destination']>;
  /** For example `ROUTES[2].source`. */
  readonly path: string;
}

interface KeyPair {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string;
}

/**
 * The listers of one function instance: connections are kept between invocations, while credentials and deadline are
 * those of the invocation at hand.
 *
 * @returns a lister of a bucket; `reserve` more milliseconds are left for what comes after the last page
 */
export function bucketListerFactory(): (
  bucket: ListedBucket,
  config: BucketListerConfig,
  invocation: Invocation,
  reserve: number,
) => ObjectLister {
  const clients = new Map<string, ObjectStoreClient>();
  return (bucket, config, invocation, reserve) => {
    const where = locationOf(bucket, config);
    // Where something is missing, this says so before the first page is asked for.
    keyPairOf(bucket, config, invocation);
    const id = JSON.stringify(where);
    const client = clients.get(id) ?? connect(where, bucket);
    clients.set(id, client);
    const credentials = () => {
      const current = keyPairOf(bucket, config, invocation);
      invocation.log.conceal(Object.values(current));
      return current;
    };
    return new ObjectLister({
      store: client.forInvocation({ credentials, deadline: () => invocation.remainingTime - reserve }),
    });
  };
}

type Location = Pick<ObjectStoreOptions, 'endpoint' | 'region' | 'overrides'> & { readonly provider: ProviderName };

/** @throws BucketConfigurationError */
function locationOf({ side, place, path }: ListedBucket, config: OmsConfig): Location {
  const cloud = ('cloud' in place ? place.cloud : undefined) ?? 'HuaweiCloud';
  const refuse = (name: string, rule: string, message: string): never => {
    throw new BucketConfigurationError({ path: `${path}.${name}`, rule, message });
  };
  if (!isProviderName(cloud)) return refuse('cloud', 'choice', 'is no cloud whose buckets can be listed');
  // What OMS copies to is in the region of OMS; a source in OBS most often is in the same.
  const region = place.region ?? (cloud === 'HuaweiCloud' ? config.region : undefined);
  if (region === undefined) return refuse('region', 'required', `is missing (the ${side} bucket is listed there)`);
  const overrides: ProviderOverrides = {
    ...(place.list_version !== undefined && { listVersion: place.list_version }),
    ...(place.addressing !== undefined && { addressing: place.addressing }),
  };
  try {
    return { endpoint: place.endpoint ?? endpointOf(cloud, region), region, provider: cloud, overrides };
  } catch (error) {
    if (!(error instanceof UnsupportedProviderError)) throw error;
    return refuse(cloud === 'Azure' ? 'cloud' : 'region', 'unsupported', `cannot be used: ${error.message}`);
  }
}

/** @throws BucketConfigurationError */
function connect(where: Location, { path }: ListedBucket): ObjectStoreClient {
  try {
    return new ObjectStoreClient({ ...where, credentials: noCredentials });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof UnsupportedProviderError)) throw error;
    const message = `cannot be used: ${error.message}`;
    throw new BucketConfigurationError({ path: `${path}.endpoint`, rule: 'endpoint', message }, error);
  }
}

/** What is kept between invocations knows no credentials. */
function noCredentials(): never {
  throw new MissingKeyPairError();
}

/**
 * The key pair of a bucket: that which the route names, else that of its side, else, in OBS, that of the function.
 *
 * @throws BucketConfigurationError where the route names a variable that is not set, or there is no key pair at all
 */
function keyPairOf({ side, place, path }: ListedBucket, config: BucketListerConfig, invocation: Invocation): KeyPair {
  const named = place.credentials;
  if (named) {
    const read = (part: 'access_key' | 'secret_key' | 'security_token', name: string): string => {
      const value = invocation.variable(name);
      if (value !== undefined) return value;
      const message = `names the variable ${name}, which is not set`;
      throw new BucketConfigurationError({ path: `${path}.credentials.${part}`, rule: 'required', message });
    };
    return {
      accessKey: read('access_key', named.access_key),
      secretKey: read('secret_key', named.secret_key),
      ...(named.security_token !== undefined && { securityToken: read('security_token', named.security_token) }),
    };
  }
  const [accessKey, secretKey] =
    side === 'source' ? [config.srcAccessKey, config.srcSecretKey] : [config.dstAccessKey, config.dstSecretKey];
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  const isObs = (('cloud' in place ? place.cloud : undefined) ?? 'HuaweiCloud') === 'HuaweiCloud';
  if (isObs) return readKeyPair(config, invocation);
  const prefix = side === 'source' ? 'SRC' : 'DST';
  const message = `is missing, and the variables ${prefix}_ACCESS_KEY and ${prefix}_SECRET_KEY are not set`;
  throw new BucketConfigurationError({ path: `${path}.credentials`, rule: 'required', message });
}
