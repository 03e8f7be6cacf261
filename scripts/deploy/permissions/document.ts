/**
 * A custom policy as IAM takes it.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-iam/iam_01_0019.html
 */
export interface PolicyDocument {
  readonly Version: '1.1';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Effect: 'Allow';
  /** `service:type:operation` */
  readonly Action: readonly string[];
  /** `service:region:domain:type:path`; every resource where it is left out. */
  readonly Resource?: readonly string[];
}

/**
 * Where a policy applies. OBS is a global service, all others here are granted per project, and IAM takes no policy that
 * holds both.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-iam/iam_02_0013.html
 */
export type PolicyScope = 'global' | 'project';

/** An action, and what it may be done with. */
export interface Grant {
  readonly action: string;
  /** Left out where the service knows no permissions for single resources. */
  readonly resource?: string;
}

export function scopeOf(action: string): PolicyScope {
  return action.startsWith('obs:') ? 'global' : 'project';
}

/**
 * The smallest document that allows this and nothing else: one statement for each set of resources, one for the actions
 * that have none.
 */
export function documentOf(grants: readonly Grant[]): PolicyDocument {
  const resources = new Map<string, Set<string>>();
  for (const { action, resource = EVERYTHING } of grants)
    resources.set(action, (resources.get(action) ?? new Set()).add(resource));
  const actions = new Map<string, string[]>();
  for (const [action, allowed] of resources) {
    const key = allowed.has(EVERYTHING) ? EVERYTHING : [...allowed].sort().join('\n');
    actions.set(key, [...(actions.get(key) ?? []), action]);
  }
  const Statement = [...actions]
    .map(
      ([key, Action]): PolicyStatement => ({
        Effect: 'Allow',
        Action: Action.toSorted(),
        ...(key === EVERYTHING ? {} : { Resource: key.split('\n') }),
      }),
    )
    .toSorted((a, b) => compare(a.Action[0] ?? '', b.Action[0] ?? ''));
  return { Version: '1.1', Statement };
}

/** In place of resources, where an action is allowed with all of them. */
const EVERYTHING = '*';

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
