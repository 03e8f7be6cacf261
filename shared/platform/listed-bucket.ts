import type { OmsConfig } from '#shared/config/oms.ts';
import { AppError, type Problem } from '#shared/errors/base.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import type { ObjectStoreOptions } from '#shared/objectstore/client.ts';
import {
  endpointOf,
  isProviderName,
  type ProviderName,
  type ProviderOverrides,
  UnsupportedProviderError,
} from '#shared/objectstore/providers.ts';
import type { Route } from '#shared/pipeline/routes.ts';

export class BucketConfigurationError extends AppError {
  override readonly name = 'BucketConfigurationError';

  constructor(problem: Problem, cause?: unknown) {
    super(400, 'OmsSync.BucketConfiguration', `${problem.path} ${problem.message}`, { details: [problem], cause });
  }
}

export interface ListedBucket {
  readonly side: 'source' | 'destination';
  readonly place: Route['source'] | NonNullable<Route['destination']>;
  /** Path in the configuration, for example `ROUTES[2].source`. */
  readonly path: string;
}

export type ListedLocation = Pick<ObjectStoreOptions, 'endpoint' | 'region' | 'overrides'> & {
  readonly provider: ProviderName;
};

/** @throws BucketConfigurationError where route and variables do not say where it is */
export function locationOf({ side, place, path }: ListedBucket, config: Pick<OmsConfig, 'region'>): ListedLocation {
  const cloud = ('cloud' in place ? place.cloud : undefined) ?? 'HuaweiCloud';
  const refuse = (name: string, rule: string, message: string): never => {
    throw new BucketConfigurationError({ path: `${path}.${name}`, rule, message });
  };
  if (!isProviderName(cloud)) return refuse('cloud', 'choice', 'is no cloud whose buckets can be listed');
  // The destination is in the region of OMS; a source in OBS usually is, too.
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

/**
 * Reads the key pair that the route names, if any.
 *
 * @param lookUp of a variable of the function
 * @throws BucketConfigurationError where one of the variables is not set
 */
export function namedKeyPair(
  { place: { credentials }, path }: ListedBucket,
  lookUp: (name: string) => string | undefined,
): KeyPair | undefined {
  if (!credentials) return undefined;
  const read = (part: 'access_key' | 'secret_key' | 'security_token', name: string): string => {
    const value = lookUp(name);
    if (value !== undefined) return value;
    const message = `names the variable ${name}, which is not set`;
    throw new BucketConfigurationError({ path: `${path}.credentials.${part}`, rule: 'required', message });
  };
  const { access_key, secret_key, security_token } = credentials;
  return {
    accessKey: read('access_key', access_key),
    secretKey: read('secret_key', secret_key),
    ...(security_token !== undefined && { securityToken: read('security_token', security_token) }),
  };
}
