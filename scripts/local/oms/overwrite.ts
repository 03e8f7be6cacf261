import type { OverwriteMode } from './task.ts';

export interface ObjectFacts {
  /** Bytes; undefined where the source does not tell. */
  readonly size: number | undefined;
  /** Milliseconds since the epoch, of whole seconds: HTTP dates have no more. */
  readonly lastModified: number;
  readonly etag: string | undefined;
  readonly crc64: string | undefined;
}

export interface OverwriteRules {
  readonly mode: OverwriteMode;
  readonly consistencyCheck: 'size_last_modified' | 'crc64' | 'transmission';
}

const CRC64_HEADERS = ['x-obs-hash-crc64ecma', 'x-oss-hash-crc64ecma', 'x-cos-hash-crc64ecma'];

export function factsOf(headers: Readonly<Record<string, string>>): ObjectFacts {
  const length = headers['content-length'];
  return {
    size: length === undefined ? undefined : Number(length),
    lastModified: Date.parse(headers['last-modified'] ?? '') || 0,
    etag: headers['etag']?.replaceAll('"', ''),
    crc64: CRC64_HEADERS.map((name) => headers[name]).find((value) => value !== undefined),
  };
}

/**
 * Whether the source object is copied over the destination object, or skipped. "If the source and destination objects
 * have the same size and the destination's last modification time is not earlier than the source's, the system
 * considers the source object does not need to be migrated."
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html, `consistency_check`
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, `object_overwrite_mode`
 * Times decide only where they can: not within one second, and not where an earlier attempt may have written an older
 * state of the source at a later time (`timesProveNothing`). There the contents decide.
 */
export function mustCopy(
  { mode, consistencyCheck }: OverwriteRules,
  source: ObjectFacts,
  destination: ObjectFacts | undefined,
  { timesProveNothing, sameContent }: { readonly timesProveNothing: boolean; readonly sameContent: boolean },
): boolean {
  if (!destination) return true;
  if (mode === 'FULL_OVERWRITE') return true;
  if (mode === 'NO_OVERWRITE') return false;
  // "These source objects will overwrite their paired destination objects directly."
  if (consistencyCheck === 'transmission' && source.size === undefined) return true;
  const byCrc64 = mode === 'CRC64_COMPARISON_OVERWRITE' || consistencyCheck === 'crc64';
  // "If one of them does not have a CRC64 checksum, their sizes and last modification times are checked."
  if (byCrc64 && source.crc64 !== undefined && destination.crc64 !== undefined)
    return source.crc64 !== destination.crc64;
  if (source.size !== destination.size || destination.lastModified < source.lastModified) return true;
  if (destination.lastModified === source.lastModified || timesProveNothing) return !sameContent;
  return false;
}
