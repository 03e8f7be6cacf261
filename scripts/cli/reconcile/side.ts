import { readEndpoint } from '#shared/http/endpoint.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { endpointOf, type ListVersion, type ProviderName } from '#shared/objectstore/providers.ts';
import type { Environment } from '../../serverless/environment.ts';
import { UsageError } from '../errors.ts';
import { quoted } from '../quoted.ts';
import type { SideFlags } from './flags.ts';
import { type BucketLocation, writeLocation } from './location.ts';

export type SideName = 'source' | 'destination';

/** One of the two that are compared: where it is, and the keys that list it. */
export interface Side extends BucketLocation {
  readonly cloud: ProviderName;
  readonly endpoint: string;
  readonly region: string;
  readonly addressing?: SideFlags['addressing'];
  readonly listVersion?: ListVersion | undefined;
  readonly keys: KeyPair;
}

/** Variables of the keys of a side, and of those of Huawei Cloud, which list every bucket of OBS that they may. */
const KEY_NAMES = {
  source: ['SRC_ACCESS_KEY', 'SRC_SECRET_KEY', 'SRC_SECURITY_TOKEN'],
  destination: ['DST_ACCESS_KEY', 'DST_SECRET_KEY', 'DST_SECURITY_TOKEN'],
  huawei: ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK', 'HUAWEICLOUD_SDK_SECURITY_TOKEN'],
} as const;

/** Whether the environment has keys of anything that this command calls. */
export function hasKeys(env: Environment): boolean {
  return Object.values(KEY_NAMES).some(([accessKey]) => Boolean(env[accessKey]));
}

/** Whether a flag says where a side is. */
export function isPlaced({ endpoint, region, provider }: SideFlags): boolean {
  return endpoint !== undefined || region !== undefined || provider !== undefined;
}

/**
 * A side as flags and environment have it.
 *
 * @throws UsageError naming the flag or the variables that are missing
 */
export function readSide(name: SideName, location: BucketLocation, flags: SideFlags, env: Environment): Side {
  const cloud = flags.provider ?? 'HuaweiCloud';
  const region = flags.region ?? (cloud === 'HuaweiCloud' ? env['OMS_SYNC_REGION'] || 'cn-north-4' : undefined);
  if (region === undefined)
    throw new UsageError(`--${name}-region is missing: a bucket of ${cloud} is found by its region`);
  const endpoint = flags.endpoint ?? blaming(`${name}-region`, () => endpointOf(cloud, region));
  blaming(`${name}-endpoint`, () => readEndpoint(endpoint));
  const { addressing } = flags;
  return {
    ...location,
    cloud,
    region,
    endpoint,
    ...(addressing && { addressing }),
    keys: readKeys(name, location, cloud, env),
  };
}

/** An error of the shared code as one about a flag. */
function blaming<T>(flag: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`--${flag}: ${(error as Error).message}`);
  }
}

function readKeys(name: SideName, location: BucketLocation, cloud: ProviderName, env: Environment): KeyPair {
  const own = keysOf(KEY_NAMES[name], env);
  if (own) return own;
  const shared = cloud === 'HuaweiCloud' ? keysOf(KEY_NAMES.huawei, env) : undefined;
  if (shared) return shared;
  const [accessKey, secretKey] = KEY_NAMES[name];
  const others =
    cloud === 'HuaweiCloud' ? ` (or ${KEY_NAMES.huawei[0]} and ${KEY_NAMES.huawei[1]}, for a bucket of OBS)` : '';
  throw new UsageError(
    `the environment has no keys to list the ${name} ${quoted(writeLocation(location))}: set ${accessKey} and ${secretKey}${others}`,
  );
}

/**
 * A key pair with the token, where there is one.
 *
 * @returns undefined where there is no pair
 * @throws UsageError for half a pair
 */
export function keysOf(
  [first, second, third]: readonly [string, string, string],
  env: Environment,
): KeyPair | undefined {
  const [accessKey, secretKey, securityToken] = [env[first], env[second], env[third]];
  if (!accessKey && !secretKey) return undefined;
  if (!accessKey || !secretKey)
    throw new UsageError(`${accessKey ? second : first} is missing; ${first} and ${second} belong together`);
  return { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) };
}

/** The key pair of a side; undefined where the environment has none. @throws UsageError for half a pair */
export function keysOfSide(name: SideName, env: Environment): KeyPair | undefined {
  return keysOf(KEY_NAMES[name], env);
}

export const HUAWEI_KEYS = KEY_NAMES.huawei;
