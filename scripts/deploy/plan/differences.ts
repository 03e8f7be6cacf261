import type { WireAsyncConfig, WireConfig } from '../client/wire.ts';
import type { DesiredFunction } from '../desired/function.ts';
import { initializerTimeout } from '../desired/function.ts';

/**
 * Settings that differ, by their names in serverless.yml. Variables are named one by one; nobody's value is in it.
 * Settings that serverless.yml leaves out and the service keeps (log group, network, instances) count as equal.
 */
export function configDifferences(desired: DesiredFunction, actual: WireConfig, of: 'latest' | 'published'): string[] {
  const { config } = desired;
  const differences: string[] = [];
  const compare = (field: string, wanted: unknown, found: unknown): void => {
    if (wanted !== found) differences.push(field);
  };
  // Not all of these are documented to be returned of a published version: what is absent says nothing.
  const compareReturned = (field: string, wanted: string | number, found: string | number | undefined): void => {
    if (of === 'latest' || (found !== undefined && found !== '')) compare(field, wanted, found);
  };
  compare('runtime', config.runtime, actual.runtime);
  compare('handler', config.handler, actual.handler);
  compare('timeout', config.timeout, actual.timeout);
  compare('memorySize', config.memorySize, actual.memory_size);
  compare('agency', config.agency ?? '', actual.xrole);
  compare('executionAgency', config.executionAgency ?? '', actual.app_xrole);
  compare('initializer', config.initializer ?? '', actual.initializer_handler);
  if (config.initializer !== undefined)
    compare('initializerTimeout', initializerTimeout(config), actual.initializer_timeout);
  if (config.concurrency !== undefined)
    compareReturned('concurrency', config.concurrency, actual.strategy_config?.concurrency);
  if (config.logs) {
    compareReturned('logs', config.logs.groupId, actual.log_group_id);
    compareReturned('logs', config.logs.streamId, actual.log_stream_id);
  }
  if (config.vpc) {
    compareReturned('vpc', config.vpc.vpcId, actual.func_vpc?.vpc_id);
    compareReturned('vpc', config.vpc.subnetId, actual.func_vpc?.subnet_id);
  }
  differences.push(...variableDifferences(desired.variables, actual.user_data));
  return [...new Set(differences)];
}

function variableDifferences(wanted: Readonly<Record<string, string>>, userData: string): string[] {
  const found = readVariables(userData);
  if (!found) return ['environment'];
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names]
    .filter((name) => wanted[name] !== found[name])
    .sort()
    .map((name) => `environment.${name}`);
}

/** Undefined for a text that holds no variables. */
export function readVariables(userData: string): Readonly<Record<string, string>> | undefined {
  if (userData === '') return {};
  try {
    const parsed: unknown = JSON.parse(userData);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.assign(Object.create(null) as Record<string, string>, parsed);
  } catch {
    return undefined;
  }
}

/**
 * Differences of the asynchronous settings. If none were ever set, all differ: the defaults are not documented alike
 * everywhere.
 */
export function asyncDifferences(desired: DesiredFunction, actual: WireAsyncConfig | undefined): string[] {
  const policy = desired.config.async;
  const differences: string[] = [];
  if (policy.maxRetries !== actual?.max_async_retry_attempts) differences.push('async.maxRetries');
  if (policy.maxEventAge !== actual?.max_async_event_age_in_seconds) differences.push('async.maxEventAge');
  if ((policy.statusLog ?? false) !== (actual?.enable_async_status_log ?? false)) differences.push('async.statusLog');
  const wanted = desired.asyncBody['destination_config'] as { on_failure?: { destination: string; param: string } };
  const { on_failure: failure, on_success: success } = actual?.destination_config ?? {};
  if (!isSameDestination(wanted.on_failure, failure)) differences.push('async.onFailure');
  if (success && success.destination !== '') differences.push('async.onSuccess');
  return differences;
}

interface WireDestination {
  readonly destination: string;
  readonly param: string;
}

function isSameDestination(wanted: WireDestination | undefined, found: WireDestination | null | undefined): boolean {
  if (!wanted || !found || found.destination === '') return !wanted && (!found || found.destination === '');
  if (wanted.destination !== found.destination) return false;
  const parameters = readVariables(found.param);
  if (!parameters) return false;
  // The service may write a number as text, and leave out what is its default.
  return Object.entries(JSON.parse(wanted.param) as Record<string, unknown>).every(
    ([name, value]) => String(parameters[name] ?? (name === 'expires' ? 0 : '')) === String(value),
  );
}
