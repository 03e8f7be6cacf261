import { createHash } from 'node:crypto';
import type { FunctionConfig, ServerlessConfig } from '../../serverless/config.ts';
import type { WireBody } from '../client/functiongraph.ts';
import { markedDescription, ownerOf, shortHash, type VersionHashes } from '../fingerprint.ts';
import { aliasUrn, functionName, functionUrn, LIVE, PACKAGE } from '../naming.ts';
import type { DeployTarget } from '../types.ts';
import { type DesiredTrigger, desiredTriggers } from './triggers.ts';

/** A zip as it is sent. */
interface Code {
  readonly zip: Buffer;
  /** SHA-512, hexadecimal: what the service's `digest` is said to be. */
  readonly sha512: string;
}

/** The desired state of a function. Holds secrets: never a part of a plan that is shown. */
export interface DesiredFunction {
  readonly key: string;
  readonly name: string;
  readonly urn: string;
  /** Service and stage. */
  readonly owner: string;
  readonly config: FunctionConfig;
  /** Variables without empty ones: an empty variable counts as absent, and a function may have 20. */
  readonly variables: Readonly<Record<string, string>>;
  readonly encrypted: Readonly<Record<string, string>>;
  readonly code: Code;
  /** Body of UpdateFunctionAsyncInvokeConfig. */
  readonly asyncBody: WireBody;
  readonly triggers: readonly DesiredTrigger[];
  /** Secrets of triggers, which the API never returns. */
  readonly triggerSecrets: Readonly<Record<string, string>>;
}

/** @param zip content of `package.artifact` */
export function desiredFunction(
  service: ServerlessConfig,
  key: string,
  config: FunctionConfig,
  target: DeployTarget,
  zip: Buffer,
): DesiredFunction {
  const name = functionName(service.service, service.stage, key);
  const triggers = desiredTriggers(service, key, config);
  return {
    key,
    name,
    urn: functionUrn(target, name),
    owner: ownerOf(service),
    config,
    variables: nonEmpty(config.environment),
    encrypted: nonEmpty(config.encryptedEnvironment),
    code: { zip, sha512: createHash('sha512').update(zip).digest('hex') },
    asyncBody: asyncBody(service, config, target),
    triggers,
    triggerSecrets: secretsOf(triggers),
  };
}

function secretsOf(triggers: readonly DesiredTrigger[]): Record<string, string> {
  return Object.fromEntries(
    triggers.flatMap(({ type, identity, eventData, secretFields }) =>
      secretFields
        .filter((field) => eventData[field] !== undefined)
        .map((field) => [`${type} ${identity} ${field}`, String(eventData[field])]),
    ),
  );
}

/** Sorted by name, so that the same variables are the same text. */
function nonEmpty(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== '')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Settings that create and update have in common. What is left out, the service empties: so nothing is. */
function settings({ name, owner, config, variables }: DesiredFunction, fingerprint: string | undefined): WireBody {
  return {
    func_name: name,
    runtime: config.runtime,
    handler: config.handler,
    timeout: config.timeout,
    memory_size: config.memorySize,
    description: markedDescription(config.description ?? '', owner, fingerprint),
    user_data: JSON.stringify(variables),
    xrole: config.agency ?? '',
    app_xrole: config.executionAgency ?? '',
    initializer_handler: config.initializer ?? '',
    ...(config.initializer === undefined ? {} : { initializer_timeout: initializerTimeout(config) }),
    ...(config.logs ? { log_config: logBody(config.logs), enable_lts_log: true } : {}),
    ...(config.vpc ? { func_vpc: vpcBody(config.vpc) } : {}),
  };
}

/** Seconds; the console's own default. */
export function initializerTimeout({ initializerTimeout = 10 }: FunctionConfig): number {
  return initializerTimeout;
}

function logBody(logs: NonNullable<FunctionConfig['logs']>): WireBody {
  return {
    group_id: logs.groupId,
    stream_id: logs.streamId,
    ...(logs.groupName === undefined ? {} : { group_name: logs.groupName }),
    ...(logs.streamName === undefined ? {} : { stream_name: logs.streamName }),
  };
}

function vpcBody(vpc: NonNullable<FunctionConfig['vpc']>): WireBody {
  return {
    vpc_id: vpc.vpcId,
    subnet_id: vpc.subnetId,
    ...(vpc.securityGroups ? { security_groups: vpc.securityGroups } : {}),
  };
}

/** @param fingerprint of the encrypted variables */
export function updateConfigBody(desired: DesiredFunction, fingerprint: string | undefined): WireBody {
  const { concurrency } = desired.config;
  return {
    ...settings(desired, fingerprint),
    encrypted_user_data: JSON.stringify(desired.encrypted),
    ...(concurrency === undefined ? {} : { strategy_config: { concurrency } }),
  };
}

/** @param fingerprint of the encrypted variables */
export function createFunctionBody(desired: DesiredFunction, fingerprint: string | undefined): WireBody {
  return {
    ...settings(desired, fingerprint),
    encrypted_user_data: JSON.stringify(desired.encrypted),
    package: PACKAGE,
    type: 'v2',
    ...codeBody(desired.code.zip),
  };
}

/** Body of UpdateFunctionCode. */
export function codeBody(zip: Buffer): WireBody {
  return { code_type: 'zip', code_filename: 'index.zip', func_code: { file: zip.toString('base64') } };
}

/** Hashes of code and configuration, encrypted variables included through their fingerprint. */
export function versionHashes(desired: DesiredFunction, fingerprint: string | undefined): VersionHashes {
  const { concurrency = null } = desired.config;
  const content = JSON.stringify([desired.code.sha512, settings(desired, fingerprint), concurrency]);
  return { code: shortHash(desired.code.zip), content: shortHash(content) };
}

/** Texts of a request that must not be in an error, even where the service repeats them. */
export function confidential(desired: DesiredFunction): { readonly secrets: readonly string[] } {
  const { variables, encrypted, triggerSecrets } = desired;
  return { secrets: [encrypted, triggerSecrets, variables].flatMap((values) => Object.values(values)) };
}

function asyncBody(service: ServerlessConfig, { async: policy }: FunctionConfig, target: DeployTarget): WireBody {
  return {
    max_async_retry_attempts: policy.maxRetries,
    max_async_event_age_in_seconds: policy.maxEventAge,
    ...(policy.statusLog ? { enable_async_status_log: true } : {}),
    destination_config: policy.onFailure ? { on_failure: destinationBody(service, policy.onFailure, target) } : {},
  };
}

type Destination = NonNullable<FunctionConfig['async']['onFailure']>;

/** `param` is a text that holds JSON. functiongraph_06_0142 */
function destinationBody(service: ServerlessConfig, destination: Destination, target: DeployTarget): WireBody {
  const param = (fields: WireBody): WireBody => ({ destination: destination.type, param: JSON.stringify(fields) });
  switch (destination.type) {
    case 'OBS': {
      const { bucket, prefix, expires = 0 } = destination;
      return param({ bucket, prefix, expires });
    }
    case 'SMN':
      return param({ topic_urn: destination.topicUrn });
    case 'DIS':
      return param({ stream_name: destination.streamName });
    case 'FunctionGraph':
      return param({ func_urn: destinationUrn(service, destination.function, target) });
  }
}

/** A function of this file is invoked as its triggers invoke it: through the alias. */
function destinationUrn(service: ServerlessConfig, named: string, target: DeployTarget): string {
  if (named.startsWith('urn:')) return named;
  return aliasUrn(functionUrn(target, functionName(service.service, service.stage, named)), service.alias ?? LIVE);
}
