import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import { ApiError, VersionNotFoundError } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';
import { codeAnswer, versionAnswer } from '../answers.ts';
import { readCode } from '../code-body.ts';
import { newRevision } from '../control-plane.ts';
import { Fields, invalid } from '../fields.ts';
import { aliasAt, type StoredFunction, versionAt } from '../model.ts';
import type { ApiAnswer, ApiRequest } from '../router.ts';
import { readInstances, readLogPlace, readName, readSettings } from '../settings.ts';
import { pageOf } from './page.ts';
import { type ControlService, located } from './service.ts';

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0108.html */
export async function createFunction(service: ControlService, { body }: ApiRequest): Promise<ApiAnswer> {
  const { plane, place } = service;
  const fields = new Fields(body);
  const named = readName(fields);
  const settings = readSettings(fields);
  const instances = readInstances(fields) ?? -1;
  const logs = readLogPlace(fields);
  const { code, zip } = await readCode(fields, service.fetchCode);
  checkTotal(service, code.size);
  await plane.store.putCode(code.digest, zip);
  try {
    const now = plane.now();
    const fn = await plane.create({
      format: 1,
      ...named,
      id: randomUUID().replaceAll('-', ''),
      created: now,
      latest: {
        name: 'latest',
        settings,
        code,
        instances,
        ...(logs ? { logs } : {}),
        modified: now,
        revision: newRevision(),
      },
      versions: [],
      aliases: [],
      asyncSettings: {},
    });
    return { status: 200, body: versionAnswer(place, fn, fn.latest) };
  } finally {
    plane.store.release(code.digest);
  }
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0105.html */
export function listFunctions({ plane, place }: ControlService, { query }: ApiRequest): ApiAnswer {
  const [group, name] = [query.get('package_name'), query.get('func_name')];
  const functions = plane
    .list()
    // "Fuzzy" by name, the SDK says.
    .filter((fn) => (!group || fn.package === group) && (!name || fn.name.includes(name)));
  const { page, next } = pageOf(functions, query, { name: 'maxitems', unless: 400, most: 400 });
  return {
    status: 200,
    body: {
      functions: page.map((fn) => versionAnswer(place, fn, fn.latest)),
      next_marker: next,
      count: functions.length,
    },
  };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0106.html */
export function showConfig(service: ControlService, request: ApiRequest): ApiAnswer {
  const { fn, qualifier } = located(service, request);
  const version = versionAt(fn, qualifier) ?? fn.latest;
  return { status: 200, body: versionAnswer(service.place, fn, version) };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0107.html */
export async function showCode(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { fn, qualifier } = located(service, request);
  const version = versionAt(fn, qualifier) ?? fn.latest;
  const zip = await service.plane.store.getCode(version.code.digest);
  // Inline code is shown as it was sent.
  const file = version.code.type === 'inline' ? (Object.values(unzipSync(zip))[0] ?? zip) : zip;
  return { status: 200, body: codeAnswer(service.place, fn, version, file) };
}

/**
 * Deletes a function with everything that belongs to it; or, where the URN has a version or an alias, that version with
 * its triggers and aliases.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0109.html
 */
export async function deleteFunction(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane } = service;
  const { fn, qualifier, qualified } = located(service, request);
  if (!qualified) {
    // Triggers first: a function without its triggers can be deleted again, triggers without their function cannot. And once
    // more, because one may have been created meanwhile.
    await plane.remove(fn, (current) => service.triggers().functionDeleted(plane.urnOf(current)));
    return { status: 204 };
  }
  let gone: readonly string[] = [];
  const endTriggers = async (): Promise<void> => {
    for (const urn of gone) await service.triggers().qualifierDeleted(urn);
  };
  const change = async (current: StoredFunction): Promise<StoredFunction> => {
    const name = aliasAt(current, qualifier)?.version ?? qualifier;
    if (name === 'latest')
      throw invalid('function_urn', 'names the latest version, which cannot be deleted', 'FSS.1015');
    if (!versionAt(current, name)) throw new VersionNotFoundError();
    const { fn: left, qualifiers } = withoutVersion(current, name);
    gone = qualifiers.map((each) => plane.urnOf(current, each));
    await endTriggers();
    return left;
  };
  await plane.change(fn, change, endTriggers);
  return { status: 204 };
}

/** The function without a version and its aliases. Returns also the qualifiers that name nothing any more. */
function withoutVersion(
  fn: StoredFunction,
  name: string,
): { readonly fn: StoredFunction; readonly qualifiers: readonly string[] } {
  const aliases = fn.aliases.filter(({ version }) => version === name);
  const kept = fn.aliases.filter(({ version }) => version !== name);
  if (kept.some(({ weights = {} }) => Object.hasOwn(weights, name)))
    throw new ApiError(
      403,
      'FSS.1094',
      'The version cannot be deleted because it has been used as the additional version of an alias.',
    );
  const qualifiers = [name, ...aliases.map((alias) => `!${alias.name}`)];
  const asyncSettings = Object.entries(fn.asyncSettings).filter(([qualifier]) => !qualifiers.includes(qualifier));
  return {
    fn: {
      ...fn,
      versions: fn.versions.filter((version) => version.name !== name),
      aliases: kept,
      asyncSettings: Object.fromEntries(asyncSettings),
    },
    qualifiers,
  };
}

/** @throws ApiError 403 FSS.1042 when the project would have more code than it may */
export function checkTotal({ plane }: ControlService, more: number): void {
  if (totalCode(plane.list()) + more > LIMITS.totalCodeBytes)
    throw new ApiError(403, 'FSS.1042', 'The total code size of functions exceeds the maximum allowed limit.');
}

export function totalCode(functions: readonly StoredFunction[]): number {
  return functions.flatMap((fn) => [fn.latest, ...fn.versions]).reduce((sum, { code }) => sum + code.size, 0);
}
