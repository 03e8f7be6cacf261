import type { FailureDestination } from '../../../../serverless/config.ts';
import { ApiError, VersionNotFoundError } from '../../errors.ts';
import { asyncAnswer } from '../answers.ts';
import { Fields, invalid } from '../fields.ts';
import { type AsyncSettings, type StoredFunction, versionAt } from '../model.ts';
import type { ApiAnswer, ApiRequest } from '../router.ts';
import { parseUrn } from '../urn.ts';
import { pageOf } from './page.ts';
import { type ControlService, located } from './service.ts';

const DEFAULT_RETRIES = 1;
const DEFAULT_AGE = 3600;

/**
 * Sets what becomes of asynchronous invocations of one version, or through one alias; each has its own settings.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html
 */
export async function putAsyncConfig(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane, place } = service;
  const { fn, qualifier } = located(service, request);
  const fields = new Fields(request.body ?? {});
  const maxRetries = fields.integer('max_async_retry_attempts', 0, 3) ?? DEFAULT_RETRIES;
  const maxEventAge = fields.integer('max_async_event_age_in_seconds', 1, 86_400) ?? DEFAULT_AGE;
  const statusLog = fields.boolean('enable_async_status_log');
  const destinations = fields.fields('destination_config');
  if (destinations?.has('on_success'))
    throw invalid('destination_config.on_success', 'is not available in the local cloud');
  const onFailure = readDestination(service, destinations?.fields('on_failure'));
  let settings: AsyncSettings | undefined;
  const changed = await plane.change(fn, (current) => {
    const version = versionAt(current, qualifier);
    if (!version) throw new VersionNotFoundError();
    if (onFailure) checkDestination(service, current, onFailure, version.settings.xrole ?? version.settings.appXrole);
    const now = plane.now();
    settings = {
      maxRetries,
      maxEventAge,
      ...(onFailure ? { onFailure } : {}),
      ...(statusLog === undefined ? {} : { statusLog }),
      created: current.asyncSettings[qualifier]?.created ?? now,
      modified: now,
    };
    return { ...current, asyncSettings: { ...current.asyncSettings, [qualifier]: settings } };
  });
  return { status: 200, body: asyncAnswer(place, changed, qualifier, settings ?? missing()) };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0141.html */
export function showAsyncConfig(service: ControlService, request: ApiRequest): ApiAnswer {
  const { fn, qualifier } = located(service, request);
  return { status: 200, body: asyncAnswer(service.place, fn, qualifier, fn.asyncSettings[qualifier] ?? missing()) };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0143.html */
export function listAsyncConfigs(service: ControlService, request: ApiRequest): ApiAnswer {
  const { fn } = located(service, request);
  const all = Object.entries(fn.asyncSettings);
  const { page, next, start } = pageOf(all, request.query, { name: 'limit', unless: 10, most: 100 });
  return {
    status: 200,
    body: {
      async_invoke_configs: page.map(([qualifier, settings]) => asyncAnswer(service.place, fn, qualifier, settings)),
      count: all.length,
      page_info: { next_marker: next, previous_marker: start, current_count: page.length },
    },
  };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0140.html */
export async function deleteAsyncConfig(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { fn, qualifier } = located(service, request);
  await service.plane.change(fn, (current) => {
    const { [qualifier]: settings, ...others } = current.asyncSettings;
    if (!settings) missing();
    return { ...current, asyncSettings: others };
  });
  return { status: 204 };
}

/**
 * A destination's `param` is JSON in a string.
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0390_03.html
 */
function readDestination(service: ControlService, fields: Fields | undefined): FailureDestination | undefined {
  if (!fields) return undefined;
  const type = fields.requiredText('destination');
  const param = paramOf(fields.requiredText('param'));
  switch (type) {
    case 'OBS': {
      const bucket = param.requiredText('bucket');
      const prefix = param.text('prefix') ?? '';
      const expires = param.integer('expires', 0, 365) ?? 0;
      if (!service.objectStore) throw invalid('destination', 'is OBS, but there is no object store here');
      return { type, bucket, prefix, expires };
    }
    case 'FunctionGraph': {
      const urn = param.requiredText('func_urn');
      if (!parseUrn(urn)) throw invalid('param.func_urn', 'is not the URN of a function');
      return { type, function: urn };
    }
    case 'SMN':
    case 'DIS':
      throw invalid('destination', `is ${type}, which the local cloud does not have; use OBS or FunctionGraph`);
    default:
      throw invalid('destination', 'is none of OBS, SMN, DIS, FunctionGraph');
  }
}

/** Needs the agency of the function: without one the platform could not write anywhere. */
function checkDestination(
  { plane }: ControlService,
  fn: StoredFunction,
  destination: FailureDestination,
  agency: string | undefined,
): void {
  if (agency === undefined)
    throw new ApiError(403, 'FSS.1121', 'Forbidden: a destination needs a function with an agency (xrole)');
  if (destination.type !== 'FunctionGraph') return;
  const target = plane.find(destination.function);
  if (target?.fn.id === fn.id) throw invalid('param.func_urn', 'is the function itself');
}

function paramOf(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('param', 'is not JSON in a string');
  }
  return new Fields(value);
}

function missing(): never {
  throw new ApiError(404, 'FSS.0404', 'The specified resource was not found: there are no asynchronous settings.');
}
