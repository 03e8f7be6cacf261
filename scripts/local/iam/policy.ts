import { matchesWildcard } from './wildcard.ts';

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Effect: string;
  /** `service:type:operation`, with `*` for any number of characters. */
  readonly Action: readonly string[];
  /** `service:region:domain:type:path`, with `*` for any number of characters; everything where it is left out. */
  readonly Resource?: readonly string[];
}

/**
 * Limits of one custom policy.
 * https://support.huaweicloud.com/intl/en-us/api-iam/iam_02_0013.html (all but characters),
 * https://support.huaweicloud.com/intl/en-us/productdesc-iam/iam_01_0305.html (characters, and nothing else any more)
 */
const LIMITS = { statements: 8, actions: 100, resources: 10, resourceLength: 128, characters: 6144 } as const;
/** Services whose permissions are not granted per project. https://support.huaweicloud.com/intl/en-us/usermanual-permissions/iam_01_0001.html */
const GLOBAL_SERVICES: readonly string[] = ['obs', 'iam', 'cdn'];

export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

interface Rule {
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[] | undefined;
}

/**
 * The permissions that a principal's policies give, as IAM decides: nothing that no statement allows, and nothing that any
 * statement denies, whatever the others say. Types and operations are compared without regard to case, the names of
 * resources with it.
 * https://support.huaweicloud.com/intl/en-us/usermanual-iam/iam_01_0019.html
 */
export class Permissions {
  readonly #rules: readonly Rule[];

  /** @throws PolicyError where a document is not one that IAM takes, or has conditions, which are not evaluated here */
  constructor(documents: readonly PolicyDocument[]) {
    this.#rules = documents.flatMap(readRules);
  }

  /** Takes `obs:object:PutObject` and `obs:cn-north-4:local:object:bucket/key`, for example. */
  allows(action: string, resource: string): boolean {
    const wanted = action.toLowerCase();
    const matching = this.#rules.filter(
      ({ actions, resources }) =>
        actions.some((pattern) => matchesWildcard(pattern, wanted)) &&
        (resources === undefined || resources.some((pattern) => isResource(pattern, resource))),
    );
    return matching.length > 0 && matching.every(({ allows }) => allows);
  }
}

/** Part by part: what lies behind the fourth colon is the path, and that may hold colons. */
function isResource(pattern: string, resource: string): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(resource)];
  return wanted.every((part, index) => {
    const value = given[index] ?? '';
    // Vendor's examples have `OBS:` as well as `obs:`.
    return index === 0 ? part.toLowerCase() === value.toLowerCase() : matchesWildcard(part, value);
  });
}

function partsOf(resource: string): string[] {
  const parts = resource.split(':');
  return [...parts.slice(0, 4), parts.slice(4).join(':')];
}

function readRules(document: PolicyDocument): Rule[] {
  if (JSON.stringify(document).length > LIMITS.characters)
    throw new PolicyError(`A policy has ${LIMITS.characters} characters at most.`);
  const { Version, Statement } = document;
  if (Version !== '1.1') throw new PolicyError('Version must be "1.1".');
  if (!Array.isArray(Statement) || Statement.length === 0 || Statement.length > LIMITS.statements)
    throw new PolicyError(`Statement must be a list of 1 to ${LIMITS.statements} statements.`);
  const rules = Statement.map((statement, index) => readRule(statement, `Statement[${index}]`));
  const services = new Set(rules.flatMap(({ actions }) => actions.map((action) => action.split(':')[0] ?? '')));
  const kinds = new Set([...services].filter((name) => name !== '*').map((name) => GLOBAL_SERVICES.includes(name)));
  if (kinds.size > 1)
    throw new PolicyError('A policy cannot hold actions of global services and of project-level services.');
  return rules;
}

function readRule(statement: PolicyStatement, path: string): Rule {
  const { Effect, Action, Resource } = statement;
  const unknown = Object.keys(statement).find((name) => !['Effect', 'Action', 'Resource'].includes(name));
  if (unknown !== undefined) throw new PolicyError(`${path}.${unknown} is not evaluated here.`);
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new PolicyError(`${path}.Effect must be Allow or Deny.`);
  if (!isTexts(Action) || Action.length === 0 || Action.length > LIMITS.actions)
    throw new PolicyError(`${path}.Action must be a list of 1 to ${LIMITS.actions} actions.`);
  for (const action of Action)
    if (!/^[a-z*]+:[^:\s]+:[^:\s]+$/.test(action))
      throw new PolicyError(`${path}.Action must hold service:type:operation, the service in lower case.`);
  if (Resource !== undefined) checkResources(Resource, `${path}.Resource`);
  return { allows: Effect === 'Allow', actions: Action.map((action) => action.toLowerCase()), resources: Resource };
}

function checkResources(resources: unknown, path: string): void {
  if (!isTexts(resources) || resources.some((each) => each.split(':').length < 5))
    throw new PolicyError(`${path} must hold service:region:domain:type:path.`);
  const { resources: count, resourceLength: length } = LIMITS;
  if (resources.length > count || resources.some((each) => each.length > length))
    throw new PolicyError(`${path} must hold ${count} resources at most, each of ${length} characters at most.`);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
