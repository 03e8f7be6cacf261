import type { Problem } from '#shared/errors/base.ts';
import { OBS_BUCKET_NAME, REGION_NAME } from './names.ts';
import type { ConfigOf } from './read.ts';
import { countVariable, textVariable, urlVariable, withDefault } from './variable.ts';

/**
 * Ends with a slash, so that no prefix begins another by accident; no key begins with one. Without `*`, which in the
 * policy of an agency is any name.
 */
const PREFIX = /^(?!\/)(?!.*\/\/)[A-Za-z0-9!_.'()/-]{1,200}(?<=\/)$/;

export const stateVariables = {
  stateBucket: textVariable('STATE_BUCKET', {
    hint: 'the bucket of dead letters; without it everything that cannot be submitted fails the invocation',
    pattern: OBS_BUCKET_NAME,
  }),
  stateEndpoint: urlVariable('STATE_ENDPOINT', {
    hint: 'only where it is not https://obs.<region>.myhuaweicloud.com',
  }),
  stateRegion: textVariable('STATE_REGION', {
    hint: 'the region of the state bucket; OMS_REGION where it is left out',
    pattern: REGION_NAME,
  }),
  deadLetterPrefix: prefix('DEAD_LETTER_PREFIX', 'dead-letters/'),
  parkedPrefix: prefix('PARKED_PREFIX', 'parked/'),
  failedInvocationsPrefix: prefix('FAILED_INVOCATIONS_PREFIX', 'failed-invocations/'),
  redriveMaxAttempts: countVariable(
    'REDRIVE_MAX_ATTEMPTS',
    10,
    'attempts after which a dead letter is parked',
    1,
    1000,
  ),
} as const;

function prefix(name: string, value: string) {
  const hint = `beginning of names in the state bucket, ends with a slash; ${value} by default`;
  return withDefault(textVariable(name, { hint, pattern: PREFIX }), value);
}

export type StateConfig = ConfigOf<typeof stateVariables>;

export interface WatchedSource {
  readonly source: {
    readonly bucket: string;
    readonly prefix?: string | undefined;
    readonly cloud?: string | undefined;
  };
}

/** Prefixes of the state bucket that are not configurable. */
export const STATE_PREFIXES = { redrive: 'redrive/', reconcile: 'reconcile/' } as const;

/** Every prefix under which something is written to the state bucket, by the variable that has it. */
export function statePrefixes(config: StateConfig): readonly (readonly [variable: string, prefix: string])[] {
  return [
    ['DEAD_LETTER_PREFIX', config.deadLetterPrefix],
    ['PARKED_PREFIX', config.parkedPrefix],
    ['FAILED_INVOCATIONS_PREFIX', config.failedInvocationsPrefix],
    ['STATE_BUCKET', STATE_PREFIXES.redrive],
    ['STATE_BUCKET', STATE_PREFIXES.reconcile],
  ];
}

export interface StateLocation {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
}

/**
 * @param omsRegion where STATE_REGION is left out
 * @returns undefined where no state bucket is configured
 */
export function stateLocation(config: StateConfig, omsRegion: string | undefined): StateLocation | undefined {
  const region = config.stateRegion ?? omsRegion;
  if (config.stateBucket === undefined || region === undefined) return undefined;
  const endpoint = config.stateEndpoint ?? `https://obs.${region}.myhuaweicloud.com`;
  return { bucket: config.stateBucket, endpoint, region };
}

/**
 * Checks the variables of the state bucket together with the routes. A dead letter inside a watched source would be a
 * new object, whose notification may become the next dead letter, without end.
 *
 * @param routes in the order of the variable ROUTES
 */
export function checkStateConfig(
  config: StateConfig & { readonly region?: string | undefined; readonly routes?: readonly WatchedSource[] },
): Problem[] {
  const { stateBucket, routes = [] } = config;
  if (stateBucket === undefined) return [];
  const prefixes = statePrefixes(config);
  const problems: Problem[] = [];
  if (stateLocation(config, config.region) === undefined)
    problems.push({
      path: 'STATE_REGION',
      rule: 'required',
      message: 'is missing (the region of the state bucket; or set OMS_REGION)',
    });
  for (const [index, [variable, prefix]] of prefixes.entries())
    for (const [other, otherPrefix] of prefixes.slice(0, index))
      if (overlap(prefix, otherPrefix))
        problems.push({
          path: variable,
          rule: 'overlap',
          message: `overlaps ${other === 'STATE_BUCKET' ? 'a prefix of the state bucket' : other} (neither may begin with the other)`,
        });
  for (const [index, { source }] of routes.entries()) {
    if (source.bucket !== stateBucket || (source.cloud ?? 'HuaweiCloud') !== 'HuaweiCloud') continue;
    for (const [variable, prefix] of prefixes)
      if (overlap(prefix, source.prefix ?? ''))
        problems.push({
          path: variable,
          rule: 'watched_source',
          message:
            `${variable === 'STATE_BUCKET' ? `holds ${prefix}, which` : 'is a prefix of the state bucket that'} overlaps ` +
            `the source of ROUTES[${index}]: what is written there would be replicated (use another bucket for state)`,
        });
  }
  return problems;
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}
