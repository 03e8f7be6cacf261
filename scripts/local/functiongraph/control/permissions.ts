import type { Accounts } from '../../accounts.ts';
import { ApiError } from '../errors.ts';
import type { ApiRequest } from './router.ts';
import { parseUrn } from './urn.ts';

const FUNCTIONS = '/v2/{project_id}/fgs/functions';
const FUNCTION = `${FUNCTIONS}/{function_urn}`;

/**
 * The action that a policy must allow for an operation. Actions missing from the vendor's pages are named like similar ones.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_1100.html
 */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  [`GET ${FUNCTIONS}`, 'list'],
  [`POST ${FUNCTIONS}`, 'create'],
  [`DELETE ${FUNCTION}`, 'delete'],
  [`GET ${FUNCTION}/code`, 'getCode'],
  [`PUT ${FUNCTION}/code`, 'updateCode'],
  [`GET ${FUNCTION}/config`, 'getConfig'],
  [`PUT ${FUNCTION}/config`, 'updateConfig'],
  [`PUT ${FUNCTION}/config-max-instance`, 'updateConfig'],
  [`GET ${FUNCTION}/async-invoke-config`, 'getConfig'],
  [`GET ${FUNCTION}/async-invoke-configs`, 'getConfig'],
  [`GET ${FUNCTION}/async-invocations`, 'getConfig'],
  [`PUT ${FUNCTION}/async-invoke-config`, 'updateConfig'],
  [`DELETE ${FUNCTION}/async-invoke-config`, 'updateConfig'],
  [`POST ${FUNCTION}/versions`, 'createVersion'],
  [`GET ${FUNCTION}/versions`, 'listVersion'],
  [`POST ${FUNCTION}/aliases`, 'createAlias'],
  [`GET ${FUNCTION}/aliases`, 'listAlias'],
  [`GET ${FUNCTION}/aliases/{alias_name}`, 'getAlias'],
  [`PUT ${FUNCTION}/aliases/{alias_name}`, 'updateAlias'],
  [`DELETE ${FUNCTION}/aliases/{alias_name}`, 'deleteAlias'],
  [`POST ${FUNCTION}/invocations`, 'invoke'],
  [`POST ${FUNCTION}/invocations-async`, 'invokeAsync'],
]);

/**
 * Lets callers with policies do what those allow: the credentials that a function has must not be enough to change
 * functions. An operation without an action needs a policy for the whole service. Throws ApiError 403 FSS.1126.
 */
export function authorizer(options: {
  readonly accounts: Accounts;
  readonly region: string;
  readonly projectId: string;
}): (operation: string, request: ApiRequest) => void {
  return (operation, { accessKey, params }) => {
    const permissions = accessKey === undefined ? undefined : options.accounts.permissionsOf(accessKey);
    if (!permissions) return;
    const urn = parseUrn(params['function_urn'] ?? '');
    // FUNCTIONGRAPH:<region>:<account>:function:<group>/<name>
    const path = urn ? `${urn.package}/${urn.name}` : '*';
    const resource = `functiongraph:${options.region}:${options.projectId}:function:${path}`;
    const action = `functiongraph:function:${ACTIONS.get(operation) ?? '*'}`;
    if (!permissions.allows(action, resource))
      throw new ApiError(403, 'FSS.1126', 'You do not have permissions to call the API.');
  };
}
