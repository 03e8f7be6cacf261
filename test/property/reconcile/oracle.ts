import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';
import { mustCopy } from '../../../scripts/local/oms/overwrite.ts';
import type { OverwriteMode } from '../../../scripts/local/oms/task.ts';

export interface OracleOptions {
  readonly mode: OverwriteMode;
  readonly now: number;
  readonly graceMs: number;
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
const isMd5 = (etag: string): boolean => etag.length === 32 && [...etag].every((digit) => /[0-9a-fA-F]/.test(digit));

/**
 * The verdicts that a diff must find, in the simplest way: all keys in a Map, each judged by itself. Whether OMS copies is
 * asked of the local OMS, which was not written by us twice.
 */
export function verdictsOf(
  sources: readonly ObjectFacts[],
  destinations: readonly ObjectFacts[],
  options: OracleOptions,
): Map<string, string> {
  const from = new Map(sources.map((object) => [object.key, object]));
  const to = new Map(destinations.map((object) => [object.key, object]));
  const keys = [...new Set([...from.keys(), ...to.keys()])];
  keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return new Map(keys.map((key) => [key, verdictOf(key, from.get(key), to.get(key), options)]));
}

function verdictOf(
  key: string,
  source: ObjectFacts | undefined,
  destination: ObjectFacts | undefined,
  { mode, now, graceMs }: OracleOptions,
): string {
  if (!source) return key.startsWith('oms/sync_task/') ? 'oms_own' : 'extra';
  const difference = destination ? differenceOf(source, destination) : 'missing';
  if (difference === 'same') return 'same';
  const [first, second] = [source.etag ?? '', destination?.etag ?? ''].map((etag) => etag.toLowerCase());
  const equal =
    destination !== undefined &&
    source.size === destination.size &&
    (source.size === 0 || (isMd5(first ?? '') && first === second));
  const copies =
    !destination ||
    mustCopy({ mode, consistencyCheck: 'size_last_modified' }, headersOf(source), headersOf(destination), {
      timesProveNothing: false,
      sameContent: difference !== 'checksum_differs',
    });
  if (equal && !copies) return 'same';
  if (source.storageClass === 'GLACIER') return 'unmigratable';
  if (source.lastModified > now - graceMs) return 'in_flight';
  return copies ? difference : 'ignored_by_oms';
}

function differenceOf(source: ObjectFacts, destination: ObjectFacts): string {
  if (source.size !== destination.size) return 'size_differs';
  if (seconds(destination.lastModified) < seconds(source.lastModified)) return 'destination_older';
  const [first, second] = [source.etag ?? '', destination.etag ?? ''];
  const comparable = isMd5(first) && isMd5(second) && source.size > 0;
  return comparable && first.toLowerCase() !== second.toLowerCase() ? 'checksum_differs' : 'same';
}

function headersOf({ size, lastModified, etag }: ObjectFacts) {
  return { size, lastModified: seconds(lastModified) * 1000, etag, crc64: undefined };
}
