import { AliasNotFoundError, ApiError, VersionNotFoundError } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';
import { aliasAnswer } from '../answers.ts';
import { Fields, invalid } from '../fields.ts';
import { type Alias, aliasAt, type StoredFunction, versionAt } from '../model.ts';
import type { ApiAnswer, ApiRequest } from '../router.ts';
import { type ControlService, located } from './service.ts';

/** "Max. 64 (63 in the manual) of letters, digits, hyphens, and underscores, a letter first, a letter or digit last." */
const ALIAS_NAME = /^[A-Za-z](?:[\w-]{0,61}[A-Za-z0-9])?$/;

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0114.html */
export async function createAlias(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const fields = new Fields(request.body);
  const name = fields.requiredText('name', { code: 'FSS.1014' });
  if (!ALIAS_NAME.test(name)) throw invalid('name', 'is not a name of an alias', 'FSS.1014');
  return put(service, request, name, fields, (fn) => {
    if (aliasAt(fn, `!${name}`)) throw new ApiError(409, 'FSS.1063', 'The alias already exists.');
    if (fn.aliases.length >= LIMITS.aliases)
      throw new ApiError(403, 'FSS.1043', 'The number of aliases exceeds the maximum allowed limit.');
  });
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0116.html */
export async function updateAlias(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const name = request.params['alias_name'] ?? '';
  return put(service, request, name, new Fields(request.body), (fn) => void existing(fn, name));
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0117.html */
export function showAlias(service: ControlService, request: ApiRequest): ApiAnswer {
  const { fn } = located(service, request);
  return { status: 200, body: aliasAnswer(service.place, fn, existing(fn, request.params['alias_name'] ?? '')) };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0118.html */
export function listAliases(service: ControlService, request: ApiRequest): ApiAnswer {
  const { fn } = located(service, request);
  return { status: 200, body: fn.aliases.map((alias) => aliasAnswer(service.place, fn, alias)) };
}

/**
 * Deletes an alias, not its version. "Aliases of a function bound with triggers cannot be deleted".
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0115.html
 */
export async function deleteAlias(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane, triggers } = service;
  const { fn } = located(service, request);
  const name = request.params['alias_name'] ?? '';
  const urn = plane.urnOf(fn, `!${name}`);
  const change = (current: StoredFunction): StoredFunction => {
    existing(current, name);
    if ((triggers().boundTo?.(urn) ?? 0) > 0)
      throw new ApiError(403, 'FSS.1154', 'Aliases of a function bound with triggers cannot be deleted.');
    const { [`!${name}`]: _, ...asyncSettings } = current.asyncSettings;
    return { ...current, aliases: current.aliases.filter((alias) => alias.name !== name), asyncSettings };
  };
  // One may have been bound to it meanwhile.
  await plane.change(fn, change, () => triggers().qualifierDeleted(urn));
  return { status: 204 };
}

async function put(
  service: ControlService,
  request: ApiRequest,
  name: string,
  fields: Fields,
  check: (fn: StoredFunction) => void,
): Promise<ApiAnswer> {
  const { plane, place } = service;
  const { fn } = located(service, request);
  const version = fields.requiredText('version', { code: 'FSS.1015' });
  const description = fields.text('description', { code: 'FSS.1019', max: 512 }) ?? '';
  if (fields.has('additional_version_strategy'))
    throw invalid('additional_version_strategy', 'is not available in the local cloud; use additional_version_weights');
  let alias: Alias | undefined;
  const changed = await plane.change(fn, (current) => {
    check(current);
    if (!versionAt(current, version) || version.startsWith('!')) throw new VersionNotFoundError();
    const others = current.aliases.filter((other) => other.name !== name);
    // "Only one alias can be created for each version."
    // https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_1829.html
    if (others.some((other) => other.version === version))
      throw new ApiError(409, 'FSS.1066', 'The version is already in use by another alias.');
    const weights = readWeights(fields, current, version);
    alias = { name, version, description, ...(weights ? { weights } : {}), modified: plane.now() };
    const stored = alias;
    return {
      ...current,
      aliases: aliasAt(current, `!${name}`)
        ? current.aliases.map((other) => (other.name === name ? stored : other))
        : [...others, stored],
    };
  });
  return { status: 200, body: aliasAnswer(place, changed, alias ?? existing(changed, name)) };
}

/** One additional version may be there, a published one, with 1 to 99 percent of the requests. */
function readWeights(fields: Fields, fn: StoredFunction, version: string): Record<string, number> | undefined {
  const weights = fields.fields('additional_version_weights', 'FSS.1092')?.entries() ?? [];
  if (weights.length === 0) return undefined;
  if (weights.length > 1) throw invalid('additional_version_weights', 'names more than one version', 'FSS.1091');
  return Object.fromEntries(
    weights.map(([name, weight]) => {
      if (name === 'latest' || name.startsWith('!') || !versionAt(fn, name))
        throw invalid('additional_version_weights', 'names no published version', 'FSS.1091');
      if (name === version)
        throw new ApiError(400, 'FSS.1093', 'The major version and the additional version cannot be the same.');
      if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 1 || weight > 99)
        throw invalid('additional_version_weights', 'is not 1 to 99', 'FSS.1092');
      return [name, weight];
    }),
  );
}

function existing(fn: StoredFunction, name: string): Alias {
  const alias = aliasAt(fn, `!${name}`);
  if (!alias) throw new AliasNotFoundError();
  return alias;
}
