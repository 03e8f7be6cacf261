import { readConfig } from '#shared/config/read.ts';
import { STATE_PREFIXES, stateVariables } from '#shared/config/state.ts';
import { OMS_RESULT_PREFIX } from '#shared/pipeline/filter.ts';
import { parseRoutes, type Route } from '#shared/pipeline/routes.ts';
import type { FailureDestination, FunctionConfig } from '../../serverless/config.ts';
import { ConfigurationError } from '../errors.ts';
import { PACKAGE } from '../naming.ts';
import type { Grant } from './document.ts';
import { type FunctionNeeds, NEEDS } from './needs.ts';

/**
 * Grants for the code of a function with the temporary credentials of its agency. Where it has permanent keys (encrypted
 * variables), those are used, save for invoking itself.
 *
 * @param key in serverless.yml
 * @throws ConfigurationError, ValidationError where the function's variables are wrong, or would be a pattern in a policy
 */
export function grantsOfCode(key: string, fn: FunctionConfig): Grant[] {
  const needs = NEEDS[key];
  if (needs === undefined) return [];
  const lookUp = (name: string): string | undefined =>
    fn.environment[name] || fn.encryptedEnvironment[name] || undefined;
  const own = [
    ...(needs.invokesItself ? grantsOnItself(fn) : []),
    ...(needs.readsQueue ? [grantOnQueue(fn.name.slice(0, -key.length))] : []),
  ];
  const hasKeys = lookUp('OMS_ACCESS_KEY') !== undefined;
  if (hasKeys) return own;
  // A token is for OMS alone: an object store takes signatures only.
  const oms = lookUp('OMS_AUTH_TOKEN') !== undefined ? [] : needs.oms;
  return [
    ...own,
    ...oms.map((action) => ({ action: `oms:synctask:${action}` })),
    ...grantsOnState(needs.state, lookUp),
    ...(needs.listsRoutes ? grantsOnRoutes(parseRoutes(lookUp('ROUTES') ?? '[]'), lookUp, needs) : []),
  ];
}

/**
 * Grants for requests that the gateway waits for. The agency's credentials are used, whatever keys there are.
 *
 * @see https://support.huaweicloud.com/eu/usermanual-functiongraph/functiongraph_01_0406.html (path of a function)
 */
function grantsOnItself({ name, events }: FunctionConfig): Grant[] {
  if (!events.some((event) => 'apig' in event)) return [];
  const resource = `functiongraph:*:*:function:${PACKAGE}/${literal(name)}`;
  return [{ action: 'functiongraph:function:invokeAsync', resource }];
}

/**
 * The vendor's table of actions names none for asynchronous invocations; their settings are read with the same one.
 *
 * @param beginning of the names of all functions
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_1100.html
 */
function grantOnQueue(beginning: string): Grant {
  const resource = `functiongraph:*:*:function:${PACKAGE}/${literal(`${beginning}on-object-created`)}`;
  return { action: 'functiongraph:function:getConfig', resource };
}

type LookUp = (name: string) => string | undefined;

function grantsOnState(needs: (typeof NEEDS)[string]['state'], lookUp: LookUp): Grant[] {
  const config = readConfig(stateVariables, lookUp);
  const bucket = config.stateBucket;
  if (needs === undefined || bucket === undefined) return [];
  const prefixes = {
    deadLetters: config.deadLetterPrefix,
    parked: config.parkedPrefix,
    failedInvocations: config.failedInvocationsPrefix,
    ...STATE_PREFIXES,
  };
  const on = (action: string, names: readonly string[] = []): Grant[] =>
    names.map((name) => ({ action, resource: objects(bucket, name) }));
  return [
    ...(needs.list ? [listing(bucket)] : []),
    ...on('obs:object:GetObject', needs.read?.(prefixes)),
    ...on('obs:object:PutObject', needs.write?.(prefixes)),
    ...on('obs:object:DeleteObject', needs.delete?.(prefixes)),
  ];
}

/** Buckets in OBS for which nobody gave a key pair. */
function grantsOnRoutes(routes: readonly Route[], lookUp: LookUp, { readsResultLists }: FunctionNeeds): Grant[] {
  const hasKeys = (side: 'SRC' | 'DST'): boolean =>
    lookUp(`${side}_ACCESS_KEY`) !== undefined && lookUp(`${side}_SECRET_KEY`) !== undefined;
  const onDestination = (bucket: string): Grant[] => [
    listing(bucket),
    ...(readsResultLists
      ? [{ action: 'obs:object:GetObject', resource: objects(bucket, `${OMS_RESULT_PREFIX}*`) }]
      : []),
  ];
  return routes.flatMap(({ source, destination }) => {
    // Nothing is compared without a destination.
    if (destination?.bucket === undefined) return [];
    const isObs = (source.cloud ?? 'HuaweiCloud') === 'HuaweiCloud';
    return [
      ...(isObs && !source.credentials && !hasKeys('SRC') ? [listing(source.bucket)] : []),
      ...(!destination.credentials && !hasKeys('DST') ? onDestination(destination.bucket) : []),
    ];
  });
}

/**
 * Grants for FunctionGraph itself, which acts with the agency: it writes failed invocations where they are to go, and
 * reaches the network that the function is in. DIS streams have no actions of their own, only the role DIS Administrator.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0920.html "Common Permissions"
 */
export function grantsOfPlatform({ async: { onFailure }, vpc }: FunctionConfig): Grant[] {
  const network = ['ports:create', 'ports:get', 'securityGroups:get', 'subnets:get', 'vips:delete', 'vpcs:get'];
  return [...grantsOnDestination(onFailure), ...(vpc ? network.map((action) => ({ action: `vpc:${action}` })) : [])];
}

function grantsOnDestination(destination: FailureDestination | undefined): Grant[] {
  switch (destination?.type) {
    case 'OBS': {
      // The vendor's list has obs:bucket:CreateBucket besides: for the console, which offers to create one.
      const { bucket, prefix } = destination;
      return [
        { action: 'obs:bucket:HeadBucket', resource: `obs:*:*:bucket:${literal(bucket)}` },
        { action: 'obs:object:PutObject', resource: objects(bucket, `${literal(prefix)}*`) },
      ];
    }
    case 'SMN':
      return [{ action: 'smn:topic:list' }, { action: 'smn:topic:publish' }];
    case 'FunctionGraph':
      return [{ action: 'functiongraph:function:invokeAsync' }];
    default:
      return [];
  }
}

/**
 * Grants listing of a whole bucket. A condition on the prefix would do for listing, but not for telling an absent object
 * from a forbidden one, for which OBS asks the same permission and no prefix is sent.
 */
function listing(bucket: string): Grant {
  return { action: 'obs:bucket:ListBucket', resource: `obs:*:*:bucket:${literal(bucket)}` };
}

function objects(bucket: string, name: string): string {
  return `obs:*:*:object:${literal(bucket)}/${name}`;
}

/**
 * A part of a resource that stands for itself. IAM knows no way to write `*` in a resource that means an asterisk, and
 * newer policies read `?` and `${…}`, too.
 *
 * @throws ConfigurationError
 */
function literal(text: string): string {
  if (!/[*?$]/.test(text)) return text;
  throw new ConfigurationError([`${JSON.stringify(text)} has *, ? or $, which a policy would read as other names`]);
}
