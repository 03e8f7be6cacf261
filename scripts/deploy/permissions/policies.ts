import type { FunctionConfig, ServerlessConfig } from '../../serverless/config.ts';
import { documentsOf, type Grant, type PolicyDocument, type PolicyScope, scopeOf } from './document.ts';
import { grantsOfCode, grantsOfPlatform } from './grants.ts';

export interface NamedPolicy {
  /** `<agency>-global` or `<agency>-project`, with `-2` and so on where IAM does not take all in one. */
  readonly name: string;
  /** The scope to choose when the policy is given to the agency. */
  readonly scope: PolicyScope;
  readonly document: PolicyDocument;
}

export interface AgencyPolicy {
  readonly agency: string;
  /** Keys of the functions that use it, in the order of serverless.yml. */
  readonly functions: readonly string[];
  /** One per scope in which it needs anything, more where IAM does not take all in one. */
  readonly policies: readonly NamedPolicy[];
}

/**
 * The custom policies of every agency that serverless.yml names: what its functions need together, and nothing else.
 * Functions may share an agency, all of them included.
 *
 * @returns in the order in which serverless.yml first names them
 * @throws ConfigurationError, ValidationError where a function's variables are wrong
 */
export function policiesOf(config: ServerlessConfig): readonly AgencyPolicy[] {
  const agencies = new Map<string, { readonly functions: Set<string>; readonly grants: Grant[] }>();
  const give = (agency: string | undefined, key: string, grants: readonly Grant[]): void => {
    if (agency === undefined || agency === '') return;
    const known = agencies.get(agency) ?? { functions: new Set(), grants: [] };
    agencies.set(agency, known);
    known.functions.add(key);
    known.grants.push(...grants);
  };
  for (const [key, fn] of Object.entries(config.functions)) {
    give(codeAgencyOf(fn), key, grantsOfCode(key, fn));
    give(fn.agency, key, grantsOfPlatform(fn));
  }
  return [...agencies].map(([agency, { functions, grants }]) => ({
    agency,
    functions: [...functions],
    policies: (['global', 'project'] as const).flatMap((scope) => policiesIn(agency, scope, grants)),
  }));
}

/** The one whose credentials the code finds in its context. */
function codeAgencyOf({ agency, executionAgency }: FunctionConfig): string | undefined {
  return executionAgency || agency;
}

function policiesIn(agency: string, scope: PolicyScope, grants: readonly Grant[]): NamedPolicy[] {
  const own = grants.filter(({ action }) => scopeOf(action) === scope);
  if (own.length === 0) return [];
  return documentsOf(own).map((document, index) => ({
    name: `${agency}-${scope}${index === 0 ? '' : `-${index + 1}`}`,
    scope,
    document,
  }));
}
