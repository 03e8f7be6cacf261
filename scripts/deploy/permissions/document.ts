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
 * Where a policy applies. OBS is a global service, all others here are granted per project, and IAM takes no policy
 * that holds both.
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
 * Limits of IAM: resources of a statement and statements of a policy by the API, characters by the quotas.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-iam/iam_02_0013.html
 * @see https://support.huaweicloud.com/intl/en-us/productdesc-iam/iam_01_0305.html
 */
const LIMITS = { resources: 10, statements: 8, characters: 6144 } as const;

/** Documents that allow this together and nothing else: one, unless that is more than IAM takes. */
export function documentsOf(grants: readonly Grant[]): readonly PolicyDocument[] {
  return split(grants, [...new Set(grants.map(({ resource }) => resource))].sort());
}

/** Splits grants so that actions with the same resources make one statement. */
function split(grants: readonly Grant[], resources: readonly Grant['resource'][]): readonly PolicyDocument[] {
  const document = documentOf(grants.filter(({ resource }) => resources.includes(resource)));
  if (resources.length === 1 || fits(document)) return [document];
  const half = Math.ceil(resources.length / 2);
  return [...split(grants, resources.slice(0, half)), ...split(grants, resources.slice(half))];
}

function fits(document: PolicyDocument): boolean {
  // Indented, as somebody pastes it.
  const { length } = JSON.stringify(document, undefined, 2);
  return document.Statement.length <= LIMITS.statements && length <= LIMITS.characters;
}

/** The smallest document: a statement for each set of resources, one for the actions that have none. */
function documentOf(grants: readonly Grant[]): PolicyDocument {
  const resources = new Map<string, Set<string>>();
  for (const { action, resource = EVERYTHING } of grants)
    resources.set(action, (resources.get(action) ?? new Set()).add(resource));
  const actions = new Map<string, string[]>();
  for (const [action, allowed] of resources) {
    const key = allowed.has(EVERYTHING) ? EVERYTHING : [...allowed].sort().join('\n');
    actions.set(key, [...(actions.get(key) ?? []), action]);
  }
  const Statement = [...actions]
    .flatMap(([key, Action]) => statementsOf(Action.toSorted(), key === EVERYTHING ? undefined : key.split('\n')))
    .toSorted((a, b) => compare(a.Action[0] ?? '', b.Action[0] ?? ''));
  return { Version: '1.1', Statement };
}

function statementsOf(Action: readonly string[], resources: readonly string[] | undefined): PolicyStatement[] {
  if (resources === undefined) return [{ Effect: 'Allow', Action }];
  return Array.from({ length: Math.ceil(resources.length / LIMITS.resources) }, (_, index) => ({
    Effect: 'Allow',
    Action,
    Resource: resources.slice(index * LIMITS.resources, (index + 1) * LIMITS.resources),
  }));
}

/** The resource of an action that is allowed everywhere. */
const EVERYTHING = '*';

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
