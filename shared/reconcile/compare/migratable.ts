import { KEY_LIMITS } from '#shared/encoding/inspect.ts';
import { isObjectKey } from '#shared/encoding/object-key.ts';
import type { ObjectFacts, Reason } from './verdict.ts';

export interface MigrationOptions {
  /** The cloud of the sync task's source: names of storage classes mean different things in different clouds. */
  readonly sourceCloud: string;
  /** `enable_restore` of the task. */
  readonly restore: boolean;
}

/**
 * Clouds whose archived objects OMS restores itself.
 * https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0042.html
 */
const RESTORING_CLOUDS: ReadonlySet<string> = new Set(['HuaweiCloud', 'Aliyun', 'KingsoftCloud', 'Tencent']);

/** Classes that must be restored before they are read, in capitals, without separators. */
const ARCHIVE_CLASSES: ReadonlySet<string> = new Set([
  'GLACIER',
  'DEEPARCHIVE',
  'ARCHIVE',
  'COLDARCHIVE',
  'DEEPCOLDARCHIVE',
]);

/**
 * Bytes. "OBS supports the data size ranging from 0 KB to 48.8 TB": 10,000 parts of 5 GiB.
 * https://support.huaweicloud.com/en-us/devg-obs/obs_06_0006.html
 */
export const LARGEST_OBJECT = 10_000 * 5 * 1024 ** 3;

/**
 * Why OMS cannot copy an object; undefined where nothing is known against it. Names that end with `/` (markers of
 * directories) are objects like others. Symbolic links, which OMS cannot copy either, look like objects in a listing.
 *
 * @see https://support.huaweicloud.com/intl/en-us/productdesc-oms/oms_01_0038.html
 */
export function unmigratable(object: ObjectFacts, options: MigrationOptions): Reason | undefined {
  if (!isObjectKey(object.key))
    return Buffer.byteLength(object.key) > KEY_LIMITS.maxBytes ? 'key_too_long' : 'key_not_unicode';
  if (object.size > LARGEST_OBJECT) return 'too_large';
  const restored = options.restore && RESTORING_CLOUDS.has(options.sourceCloud);
  return !restored && isArchived(object.storageClass, options.sourceCloud) ? 'archived' : undefined;
}

function isArchived(storageClass: string | undefined, cloud: string): boolean {
  if (storageClass === undefined) return false;
  const name = storageClass.toUpperCase().replaceAll(/[^A-Z]/g, '');
  // OBS calls its archive so; elsewhere, as at Baidu, it is read at once.
  // https://support.huaweicloud.com/en-us/devg-obs/obs_06_0063.html
  if (name === 'COLD') return cloud === 'HuaweiCloud';
  return ARCHIVE_CLASSES.has(name);
}
