import type { ApiAnswer, ApiRequest, Router } from '../control/router.ts';
import { ApiError } from '../errors.ts';
import { apiIdOf } from '../gateway/routes.ts';
import { localTime } from '../timers/zone.ts';
import { readType } from './event-data.ts';
import type { TriggerRegistry } from './registry.ts';
import type { TriggerType } from './rules.ts';
import type { Trigger } from './types.ts';

interface TriggerApiOptions {
  readonly timeZone: string;
  readonly gatewayUrl: () => string;
}

const ALL = '/v2/{project_id}/fgs/triggers/{function_urn}';
const ONE = `${ALL}/{trigger_type_code}/{trigger_id}`;

/**
 * Adds the operations on triggers.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html (create)
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0124.html (update)
 */
export function addTriggerRoutes(router: Router, triggers: TriggerRegistry, options: TriggerApiOptions): void {
  const show = (trigger: Trigger): unknown => shown(trigger, options);

  router.route('POST', ALL, async ({ params, body }) => ({
    status: 201,
    body: show(await triggers.create(urnOf(params), body)),
  }));
  router.route('GET', ALL, ({ params }) => ({ status: 200, body: triggers.list(urnOf(params)).map(show) }));
  router.route('DELETE', ALL, async ({ params }) => {
    await triggers.deleteAll(urnOf(params));
    return { status: 204 };
  });
  router.route('GET', ONE, ({ params }): ApiAnswer => {
    const trigger = triggers.find(urnOf(params), typeOf(params), idOf(params));
    // Not 404: the vendor's own Terraform provider has to read a missing trigger out of a 500 with this code.
    if (!trigger) throw new ApiError(500, 'FSS.0500', 'The trigger does not exist.');
    return { status: 200, body: show(trigger) };
  });
  router.route('PUT', ONE, async ({ params, body }) => ({
    status: 200,
    body: show(await triggers.update(urnOf(params), typeOf(params), idOf(params), body)),
  }));
  router.route('DELETE', ONE, async ({ params }) => {
    await triggers.delete(urnOf(params), typeOf(params), idOf(params));
    return { status: 204 };
  });
}

type Params = ApiRequest['params'];

function urnOf(params: Params): string {
  return params['function_urn'] ?? '';
}

function idOf(params: Params): string {
  return params['trigger_id'] ?? '';
}

/** @throws ApiError 404 FSS.1137: in a path, a type that does not exist is a resource that does not exist */
function typeOf(params: Params): TriggerType {
  try {
    return readType(params['trigger_type_code']);
  } catch {
    throw new ApiError(404, 'FSS.1137', 'Invalid trigger type.');
  }
}

function shown(trigger: Trigger, { timeZone, gatewayUrl }: TriggerApiOptions): unknown {
  return {
    trigger_id: trigger.id,
    trigger_type_code: trigger.type,
    trigger_status: trigger.status,
    event_data: { ...trigger.data, ...addressOf(trigger, gatewayUrl) },
    last_updated_time: localTime(trigger.updated, timeZone),
    created_time: localTime(trigger.created, timeZone),
  };
}

/** Fields that API Gateway adds. */
function addressOf(trigger: Trigger, gatewayUrl: () => string): object {
  if (trigger.type !== 'APIG' && trigger.type !== 'DEDICATEDGATEWAY') return {};
  const { req_method: method, path, name } = trigger.data;
  return {
    triggerid: trigger.id,
    api_id: apiIdOf(method, path),
    api_name: name,
    invoke_url: `${gatewayUrl()}${path}`,
  };
}
