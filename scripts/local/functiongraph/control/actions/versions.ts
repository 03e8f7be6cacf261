import { ApiError } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';
import { localTime } from '../../timers/zone.ts';
import { versionAnswer } from '../answers.ts';
import { newRevision, settingsDigest } from '../control-plane.ts';
import { Fields, invalid } from '../fields.ts';
import { type StoredFunction, type Version, versionsOf } from '../model.ts';
import type { ApiAnswer, ApiRequest } from '../router.ts';
import { pageOf } from './page.ts';
import { type ControlService, located } from './service.ts';
import { onlyLatest } from './update.ts';

/**
 * Names have 42 characters at most. https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0180.html
 */
const VERSION_NAME = /^[A-Za-z0-9](?:[\w.-]{0,40}[A-Za-z0-9])?$/;

/**
 * Publishes `latest`: a snapshot of code and settings that stays as it is. It has no triggers and no asynchronous
 * settings of its own yet. `digest` ("MD5 key") is taken and not compared: nobody says of what it is the digest.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0144.html
 */
export async function publishVersion(service: ControlService, request: ApiRequest): Promise<ApiAnswer> {
  const { plane, place } = service;
  const { fn } = onlyLatest(located(service, request));
  const fields = new Fields(request.body ?? {});
  const asked = fields.text('version', { code: 'FSS.1015' }) || undefined;
  if (asked !== undefined && (!VERSION_NAME.test(asked) || asked === 'latest'))
    throw invalid('version', 'is not a name of a version', 'FSS.1015');
  const note = fields.text('description', { code: 'FSS.1019', max: 512 });
  let published: Version | undefined;
  const changed = await plane.change(fn, (current) => {
    const mark = { digest: current.latest.code.digest, settings: settingsDigest(current.latest) };
    const { published: before } = current;
    if (before?.digest === mark.digest && (service.publishing === 'code' || before.settings === mark.settings))
      throw new ApiError(
        400,
        'FSS.1016',
        'The function cannot be published because no changes have been made since last publication.',
      );
    if (asked !== undefined && current.versions.some(({ name }) => name === asked))
      throw new ApiError(409, 'FSS.1062', 'The version already exists.');
    // The vendor documents the limit, and no code for it.
    if (current.versions.length + 1 >= LIMITS.versions)
      throw new ApiError(403, 'FSS.0403', `Forbidden: the function has ${LIMITS.versions} versions already`);
    published = {
      ...current.latest,
      name: asked ?? nameAt(current, plane.now(), place.timeZone),
      ...(note === undefined ? {} : { note }),
      modified: plane.now(),
      revision: newRevision(),
    };
    return { ...current, versions: [...current.versions, published], published: mark };
  });
  return { status: 200, body: versionAnswer(place, changed, published ?? changed.latest) };
}

/** @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0113.html */
export function listVersions(service: ControlService, request: ApiRequest): ApiAnswer {
  const { fn } = located(service, request);
  const versions = versionsOf(fn);
  const { page, next } = pageOf(versions, request.query, { name: 'maxitems', unless: 400, most: 400 });
  return {
    status: 200,
    body: {
      versions: page.map((version) => versionAnswer(service.place, fn, version)),
      next_marker: next,
      count: versions.length,
    },
  };
}

/** "If no version number is specified, the system generates one based on the current date": `v20220510-190658`. */
function nameAt(fn: StoredFunction, now: number, timeZone: string): string {
  for (let time = now; ; time += 1000) {
    const name = `v${localTime(time, timeZone).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
    if (!fn.versions.some((version) => version.name === name)) return name;
  }
}
