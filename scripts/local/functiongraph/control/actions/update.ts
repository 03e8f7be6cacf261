import { ApiError, VersionNotFoundError } from '../../errors.ts';
import { versionAnswer } from '../answers.ts';
import { readCode } from '../code-body.ts';
import { type Located, newRevision } from '../control-plane.ts';
import { Fields, invalid } from '../fields.ts';
import { aliasAt, type StoredFunction, type Version, versionAt } from '../model.ts';
import type { ApiAnswer, ApiRequest } from '../router.ts';
import { readInstances, readLogPlace, readSettings } from '../settings.ts';
import { checkTotal } from './functions.ts';
import { type ControlService, located } from './service.ts';

/**
 * Replaces the code of `latest`. Code that the function has already is refused with FSS.0409, as the service does.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0110.html
 */
export async function updateCode(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane, place } = service;
  const { fn } = onlyLatest(located(service, request));
  const { code, zip } = await readCode(new Fields(request.body), service.fetchCode);
  if (code.digest === fn.latest.code.digest) throw sameCode();
  checkTotal(service, code.size);
  await plane.store.putCode(code.digest, zip, fn.ephemeral ? { ephemeral: true } : {});
  try {
    const changed = await plane.change(fn, (current) => {
      if (code.digest === current.latest.code.digest) throw sameCode();
      return { ...current, latest: { ...current.latest, code, modified: plane.now(), revision: newRevision() } };
    });
    return { status: 200, body: versionAnswer(place, changed, changed.latest) };
  } finally {
    plane.store.release(code.digest);
  }
}

/**
 * Replaces the settings of `latest`. Those of a published version stay: the pages contradict each other, and a rollback
 * counts on a version that cannot change.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0111.html
 */
export async function updateConfig(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane, place } = service;
  const { fn } = onlyLatest(located(service, request));
  const fields = new Fields(request.body);
  if (fields.requiredText('func_name', { code: 'FSS.1002' }) !== fn.name)
    throw invalid('func_name', "is not the function's name, which cannot be changed", 'FSS.1002');
  const settings = readSettings(fields);
  const instances = readInstances(fields);
  const logs = readLogPlace(fields);
  const changed = await plane.change(fn, (current) => ({
    ...current,
    latest: {
      ...current.latest,
      settings,
      ...(instances === undefined ? {} : { instances }),
      ...(logs ? { logs } : {}),
      modified: plane.now(),
      revision: newRevision(),
    },
  }));
  return { status: 200, body: versionAnswer(place, changed, changed.latest) };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_1018.html */
export async function updateMaxInstances(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane, place } = service;
  const { fn, qualifier } = located(service, request);
  const instances = new Fields(request.body).requiredInteger('max_instance_num', -1, 1000, 'FSS.1026');
  let name = 'latest';
  const changed = await plane.change(fn, (current) => {
    name = aliasAt(current, qualifier)?.version ?? qualifier;
    return withVersion(current, name, (version) => ({
      ...version,
      instances,
      modified: plane.now(),
      revision: newRevision(),
    }));
  });
  return { status: 200, body: versionAnswer(place, changed, versionAt(changed, name) ?? changed.latest) };
}

function withVersion(fn: StoredFunction, name: string, change: (version: Version) => Version): StoredFunction {
  if (!versionAt(fn, name)) throw new VersionNotFoundError();
  if (name === 'latest') return { ...fn, latest: change(fn.latest) };
  return { ...fn, versions: fn.versions.map((version) => (version.name === name ? change(version) : version)) };
}

export function onlyLatest(place: Located): Located {
  if (place.qualifier !== 'latest')
    throw invalid('function_urn', 'names a published version, which cannot be changed', 'FSS.1015');
  return place;
}

function sameCode(): ApiError {
  return new ApiError(409, 'FSS.0409', 'The specified resource already exists: the function has this code.');
}
