import { LIMITS } from '../limits.ts';
import { createAlias, deleteAlias, listAliases, showAlias, updateAlias } from './actions/aliases.ts';
import { deleteAsyncConfig, listAsyncConfigs, putAsyncConfig, showAsyncConfig } from './actions/async-config.ts';
import { listAsyncInvocations } from './actions/async-invocations.ts';
import { createFunction, deleteFunction, listFunctions, showCode, showConfig } from './actions/functions.ts';
import { listQuotas } from './actions/quotas.ts';
import type { ControlService } from './actions/service.ts';
import { updateCode, updateConfig, updateMaxInstances } from './actions/update.ts';
import { listVersions, publishVersion } from './actions/versions.ts';
import type { ApiAnswer, ApiRequest, Router } from './router.ts';

const FUNCTIONS = '/v2/{project_id}/fgs/functions';
const FUNCTION = `${FUNCTIONS}/{function_urn}`;
/** Bytes: the largest zip in base64, and what else a body holds. */
const CODE_BODY = Math.ceil((LIMITS.codeBytes * 4) / 3) + (1 << 20);

/**
 * Functions, versions, aliases: https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_1500.html
 */
export function registerControlRoutes(router: Router, service: ControlService, busy: () => number): void {
  type Action = (service: ControlService, request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;
  const route = (method: string, pattern: string, action: Action, maxBody?: number): void =>
    router.route(method, pattern, (request) => action(service, request), maxBody === undefined ? {} : { maxBody });
  route('POST', FUNCTIONS, createFunction, CODE_BODY);
  route('GET', FUNCTIONS, listFunctions);
  route('DELETE', FUNCTION, deleteFunction);
  route('GET', `${FUNCTION}/code`, showCode);
  route('PUT', `${FUNCTION}/code`, updateCode, CODE_BODY);
  route('GET', `${FUNCTION}/config`, showConfig);
  route('PUT', `${FUNCTION}/config`, updateConfig);
  route('PUT', `${FUNCTION}/config-max-instance`, updateMaxInstances);
  route('POST', `${FUNCTION}/versions`, publishVersion);
  route('GET', `${FUNCTION}/versions`, listVersions);
  route('POST', `${FUNCTION}/aliases`, createAlias);
  route('GET', `${FUNCTION}/aliases`, listAliases);
  route('GET', `${FUNCTION}/aliases/{alias_name}`, showAlias);
  route('PUT', `${FUNCTION}/aliases/{alias_name}`, updateAlias);
  route('DELETE', `${FUNCTION}/aliases/{alias_name}`, deleteAlias);
  route('PUT', `${FUNCTION}/async-invoke-config`, putAsyncConfig);
  route('GET', `${FUNCTION}/async-invoke-config`, showAsyncConfig);
  route('DELETE', `${FUNCTION}/async-invoke-config`, deleteAsyncConfig);
  route('GET', `${FUNCTION}/async-invoke-configs`, listAsyncConfigs);
  route('GET', `${FUNCTION}/async-invocations`, listAsyncInvocations);
  router.route('GET', '/v2/{project_id}/fgs/quotas', () => listQuotas(service, busy()));
}
