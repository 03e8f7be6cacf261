import { checkOmsConfig, eventVariables, type OmsConfig, omsVariables } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { reconcileVariables } from '#shared/config/reconcile.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import type { Endpoints } from '../../local/stack.ts';
import { type Environment, readEnvironment } from '../../serverless/environment.ts';
import type { OmsSettings } from '../connect.ts';
import { UsageError } from '../errors.ts';
import { quoted } from '../quoted.ts';
import { noKeys, type Stage } from '../stage.ts';
import type { CommandLine } from './flags.ts';
import type { BucketLocation } from './location.ts';
import { HUAWEI_KEYS, hasKeys, isPlaced, keysOf, readSide, type Side, type SideName } from './side.ts';

const { logLevel, ...connection } = omsVariables;
/** How OMS is called; of interest to a plan, too, where nothing is called. */
const { maxKeysPerCall, concurrency, callsPerSecond } = eventVariables;
const pace = {
  maxKeysPerCall,
  concurrency,
  callsPerSecond,
  planThreshold: reconcileVariables.planThreshold,
  logLevel,
} as const;

export interface Target {
  /** Name of the local cloud for people; undefined where flags and environment say it all. */
  readonly cloud: string | undefined;
  readonly source: Side;
  readonly destination: Side;
  readonly pace: ConfigOf<typeof pace>;
  /** Absent without a sync task. */
  readonly oms?: { readonly settings: OmsSettings; readonly keys: KeyPair };
}

/**
 * Finds what to compare, where, and with which keys: what a flag says; else the local cloud of the stage; else what
 * the environment says.
 *
 * @throws UsageError naming the flag or variable
 */
export function findTarget(line: CommandLine, { name: stage, env, local }: Stage): Target {
  if (!local && (stage === 'local' || !hasKeys(env)) && !(isPlaced(line.source) && isPlaced(line.destination)))
    throw noKeys(stage, 'SRC_ACCESS_KEY and DST_ACCESS_KEY, or HUAWEICLOUD_SDK_AK (see --help)');
  const side = (name: SideName): Side => {
    const flags = line[name];
    const location = flags.location ?? localBucket(name, local?.endpoints);
    const found =
      local && !isPlaced(flags)
        ? localSide(location, local.endpoints, flags.addressing)
        : readSide(name, location, flags, env);
    return { ...found, listVersion: line.listVersion };
  };
  const target = {
    cloud: local && `the local cloud of ${local.file}`,
    source: side('source'),
    destination: side('destination'),
    pace: readEnvironment(pace, env),
  };
  checkApart(target);
  return line.task === undefined ? target : { ...target, oms: omsOf(env) };
}

/** A bucket compared with itself would prove whatever it is asked. */
function checkApart({ source, destination }: Pick<Target, SideName>): void {
  if (source.bucket === destination.bucket && new URL(source.endpoint).origin === new URL(destination.endpoint).origin)
    throw new UsageError(`--source and --destination are the same bucket, ${quoted(source.bucket)}`);
}

function localBucket(name: SideName, endpoints: Endpoints | undefined): BucketLocation {
  if (!endpoints) throw new UsageError(`--${name} is missing: s3://bucket or s3://bucket/prefix`);
  return { bucket: name === 'source' ? endpoints.source_bucket : endpoints.destination_bucket, prefix: '' };
}

function localSide(location: BucketLocation, endpoints: Endpoints, addressing: Side['addressing']): Side {
  const { obs: endpoint, region, access_key: accessKey, secret_key: secretKey } = endpoints;
  return {
    ...location,
    cloud: 'HuaweiCloud',
    endpoint,
    region,
    ...(addressing && { addressing }),
    keys: { accessKey, secretKey },
  };
}

function omsOf(env: Environment): NonNullable<Target['oms']> {
  const keys = keysOf(HUAWEI_KEYS, env);
  if (!keys) throw new UsageError('the environment has no keys for OMS: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK');
  return { settings: readEnvironment(connection, env, (config) => checkOmsConfig(config as OmsConfig)), keys };
}
