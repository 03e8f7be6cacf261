import { createHash } from 'node:crypto';
import type { FailureDestination } from '../../../serverless/config.ts';
import { localTime } from '../timers/zone.ts';
import type { Alias, AsyncSettings, StoredFunction, Version } from './model.ts';

export interface Place {
  readonly region: string;
  readonly projectId: string;
  readonly timeZone: string;
  readonly urnOf: (fn: StoredFunction, qualifier?: string) => string;
}

/**
 * A version as every operation of the service shows it. It has no encrypted variables: "encrypted_user_data" is never
 * returned, not even empty.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0106.html
 */
export function versionAnswer(place: Place, fn: StoredFunction, version: Version): Record<string, unknown> {
  const { settings } = version;
  const optional = (name: string, value: unknown): Record<string, unknown> =>
    value === undefined ? {} : { [name]: value };
  return {
    ...settings.others,
    func_id: fn.id,
    resource_id: `${fn.id}:${version.name}`,
    func_urn: place.urnOf(fn, version.name),
    func_name: fn.name,
    domain_id: domainOf(place.projectId),
    namespace: place.projectId,
    project_name: place.region,
    package: fn.package,
    runtime: settings.runtime,
    timeout: settings.timeout,
    handler: settings.handler,
    memory_size: settings.memorySize,
    cpu: Math.round((settings.memorySize / 128) * 100),
    ...codeFields(version),
    user_data: Object.keys(settings.userData).length === 0 ? '' : JSON.stringify(settings.userData),
    version: version.name,
    image_name: imageName(place, version),
    xrole: settings.xrole ?? '',
    app_xrole: settings.appXrole ?? '',
    description: settings.description,
    ...optional('version_description', version.note),
    last_modified: localTime(version.modified, place.timeZone),
    strategy_config: { concurrency: version.instances, concurrent_num: 1 },
    initializer_handler: settings.initializer ?? '',
    initializer_timeout: settings.initializerTimeout ?? 0,
    ...optional('log_group_id', version.logs?.groupId),
    ...optional('log_stream_id', version.logs?.streamId),
    long_time: false,
    type: settings.others['type'] ?? 'v2',
  };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0107.html */
export function codeAnswer(
  place: Place,
  fn: StoredFunction,
  version: Version,
  file: Uint8Array,
): Record<string, unknown> {
  return {
    func_urn: place.urnOf(fn, version.name),
    func_name: fn.name,
    domain_id: domainOf(place.projectId),
    runtime: version.settings.runtime,
    ...codeFields(version),
    last_modified: localTime(version.modified, place.timeZone),
    func_code: { file: Buffer.from(file).toString('base64'), link: '' },
    depend_list: [],
    depend_version_list: [],
    strategy_config: { concurrency: version.instances, concurrent_num: 1 },
    dependencies: [],
  };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0114.html */
export function aliasAnswer(place: Place, fn: StoredFunction, alias: Alias): Record<string, unknown> {
  return {
    name: alias.name,
    version: alias.version,
    description: alias.description,
    last_modified: localTime(alias.modified, place.timeZone),
    alias_urn: place.urnOf(fn, `!${alias.name}`),
    ...(alias.weights ? { additional_version_weights: alias.weights } : {}),
  };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html */
export function asyncAnswer(
  place: Place,
  fn: StoredFunction,
  qualifier: string,
  settings: AsyncSettings,
): Record<string, unknown> {
  return {
    func_urn: place.urnOf(fn, qualifier),
    max_async_event_age_in_seconds: settings.maxEventAge,
    max_async_retry_attempts: settings.maxRetries,
    destination_config: settings.onFailure ? { on_failure: destinationAnswer(settings.onFailure) } : {},
    created_time: localTime(settings.created, place.timeZone),
    // The two times have different forms in the vendor's examples.
    last_modified: localTime(settings.modified, place.timeZone).slice(0, 19).replace('T', ' '),
    enable_async_status_log: settings.statusLog ?? false,
  };
}

function destinationAnswer(destination: FailureDestination): { destination: string; param: string } {
  const { type } = destination;
  switch (type) {
    case 'OBS': {
      const { bucket, prefix, expires = 0 } = destination;
      return { destination: type, param: JSON.stringify({ bucket, prefix, expires }) };
    }
    case 'SMN':
      return { destination: type, param: JSON.stringify({ topic_urn: destination.topicUrn }) };
    case 'DIS':
      return { destination: type, param: JSON.stringify({ stream_name: destination.streamName }) };
    case 'FunctionGraph':
      return { destination: type, param: JSON.stringify({ func_urn: destination.function }) };
  }
}

function codeFields({ code }: Version): Record<string, unknown> {
  return {
    code_type: code.type,
    code_url: code.url ?? '',
    code_filename: code.filename ?? '',
    code_size: code.size,
    digest: code.digest,
  };
}

/** `latest-191025153727@zehht`: version, time, and some letters that nobody explains. */
function imageName(place: Place, { name, modified, code }: Version): string {
  const time = localTime(modified, place.timeZone).slice(2, 19).replaceAll(/\D/g, '');
  return `${name}-${time}@${code.digest.slice(0, 5)}`;
}

function domainOf(projectId: string): string {
  return createHash('sha256').update(`domain of ${projectId}`).digest('hex').slice(0, 32);
}
