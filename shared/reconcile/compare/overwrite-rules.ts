import type { ObjectFacts } from './verdict.ts';
export interface OverwriteRules {
  readonly mode: OverwriteMode;
  readonly consistencyCheck: ConsistencyCheck;
}

export type OverwriteMode =
  | 'NO_OVERWRITE'
  | 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE'
  | 'CRC64_COMPARISON_OVERWRITE'
  | 'FULL_OVERWRITE';
/** `transmission` and its older name `no_check` differ only for sources of unknown size, which no bucket lists. */
export type ConsistencyCheck = 'size_last_modified' | 'crc64' | 'transmission';

export const DEFAULT_RULES: OverwriteRules = {
  mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  consistencyCheck: 'size_last_modified',
};

const MODES: ReadonlySet<string> = new Set<OverwriteMode>([
  'NO_OVERWRITE',
  'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  'CRC64_COMPARISON_OVERWRITE',
  'FULL_OVERWRITE',
]);
const CHECKS: Readonly<Record<string, ConsistencyCheck>> = {
  size_last_modified: 'size_last_modified',
  crc64: 'crc64',
  transmission: 'transmission',
  no_check: 'transmission',
};

/**
 * The rules of a task as ShowSyncTask answers it. A value that is absent, null or not known yet counts as the default.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function rulesOf(task: {
  readonly object_overwrite_mode?: string | null | undefined;
  readonly consistency_check?: string | null | undefined;
}): OverwriteRules {
  const { object_overwrite_mode: mode, consistency_check: check } = task;
  return {
    mode: typeof mode === 'string' && MODES.has(mode) ? (mode as OverwriteMode) : DEFAULT_RULES.mode,
    consistencyCheck:
      typeof check === 'string' && Object.hasOwn(CHECKS, check)
        ? (CHECKS[check] as ConsistencyCheck)
        : DEFAULT_RULES.consistencyCheck,
  };
}

/** Facts about an object that both sides have. */
export interface Pair {
  readonly size: 'same' | 'differs';
  /** The destination's time against the source's, in whole seconds: OMS reads HTTP dates, which have no more. */
  readonly time: 'older' | 'same_second' | 'newer';
  /** Compares whatever checksum both sides have; `unknown` where none can be compared. */
  readonly contents: 'equal' | 'different' | 'unknown';
  /** The CRC64 checksums of the objects' headers, which no listing tells; `unknown` where one side has none. */
  readonly crc64?: 'equal' | 'different' | 'unknown';
}

type DecidedBy = 'absent' | 'full_overwrite' | 'no_overwrite' | 'crc64' | 'size' | 'older' | 'same_second' | 'newer';

export interface OmsDecision {
  readonly copies: boolean;
  readonly by: DecidedBy;
}

/**
 * Whether OMS copies an object that is submitted, or skips it ("ignored").
 *
 * | destination | mode              | CRC64 of both¹ | size    | its time    | contents² | OMS    |
 * | ----------- | ----------------- | -------------- | ------- | ----------- | --------- | ------ |
 * | absent      |                   |                |         |             |           | copies |
 * | there       | FULL_OVERWRITE    |                |         |             |           | copies |
 * | there       | NO_OVERWRITE      |                |         |             |           | skips  |
 * | there       | the two others    | different      |         |             |           | copies |
 * | there       | the two others    | equal          |         |             |           | skips  |
 * | there       | the two others    | not compared   | differs |             |           | copies |
 * | there       | the two others    | not compared   | same    | older       |           | copies |
 * | there       | the two others    | not compared   | same    | same second | different | copies |
 * | there       | the two others    | not compared   | same    | same second | else      | skips  |
 * | there       | the two others    | not compared   | same    | newer       |           | skips  |
 *
 * ¹ Compared where the mode is CRC64_COMPARISON_OVERWRITE or the consistency check is crc64, and both objects have one.
 * ² In the same second the documents disagree: "not earlier" is skipped says CreateSyncTask, "later" is ignored says the
 *   page on monitoring. Where the contents are known to differ the object is worth a submission; {@link submission}
 *   calls it doubtful, so that it gets just one.
 *
 * @param pair undefined where the destination has no such object
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html object_overwrite_mode
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html consistency_check
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html
 */
export function omsDecision(rules: OverwriteRules, pair: Pair | undefined): OmsDecision {
  if (!pair) return { copies: true, by: 'absent' };
  if (rules.mode === 'FULL_OVERWRITE') return { copies: true, by: 'full_overwrite' };
  if (rules.mode === 'NO_OVERWRITE') return { copies: false, by: 'no_overwrite' };
  const { crc64 = 'unknown' } = pair;
  if (comparesCrc64(rules) && crc64 !== 'unknown') return { copies: crc64 === 'different', by: 'crc64' };
  if (pair.size === 'differs') return { copies: true, by: 'size' };
  if (pair.time === 'older') return { copies: true, by: 'older' };
  if (pair.time === 'newer') return { copies: false, by: 'newer' };
  return { copies: pair.contents === 'different', by: 'same_second' };
}

function comparesCrc64({ mode, consistencyCheck }: OverwriteRules): boolean {
  return mode === 'CRC64_COMPARISON_OVERWRITE' || consistencyCheck === 'crc64';
}

/** Expected effect of submitting an object that differs. */
export type Submission = 'copied' | 'doubtful' | 'skipped';

/**
 * The fate of a pair at OMS as far as a listing can tell. A listing has no CRC64 where the objects' headers, which OMS
 * reads, may have one; then a task that compares them is thought through for both cases, and where they disagree it is
 * doubtful. So is a pair of the same second.
 */
export function submission(rules: OverwriteRules, pair: Pair | undefined): Submission {
  const listed = omsDecision(rules, pair);
  if (listed.by === 'same_second' && listed.copies) return 'doubtful';
  const sure = listed.copies ? 'copied' : 'skipped';
  const isUnconditional = listed.by === 'full_overwrite' || listed.by === 'no_overwrite';
  if (!pair || !comparesCrc64(rules) || isUnconditional) return sure;
  // Another size or content has another CRC64.
  const crc64 = pair.size === 'differs' ? 'different' : pair.contents;
  return crc64 !== 'unknown' && omsDecision(rules, { ...pair, crc64 }).copies === listed.copies ? sure : 'doubtful';
}

export interface ComparePairOptions {
  /**
   * Whether ETags that look like MD5 are the checksum of the contents. They are not where a bucket encrypts with KMS or
   * with keys of the customer: there two equal objects have two ETags.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
   */
  readonly compareETags: boolean;
}

/** MD5 of the whole content. An object uploaded in parts has a suffix `-N` and stands for another function of it. */
const MD5 = /^[0-9a-f]{32}$/i;

/** Whether nothing tells the two apart. The fast path of a listing: it makes no object. */
export function looksSame(source: ObjectFacts, destination: ObjectFacts, options: ComparePairOptions): boolean {
  if (source.size !== destination.size) return false;
  if (destination.lastModified < source.lastModified && timeOf(source, destination) === 'older') return false;
  if (source.etag === destination.etag) return true;
  return contentsOf(source, destination, options) !== 'different';
}

export function comparePair(source: ObjectFacts, destination: ObjectFacts, options: ComparePairOptions): Pair {
  return {
    size: source.size === destination.size ? 'same' : 'differs',
    time: timeOf(source, destination),
    contents: contentsOf(source, destination, options),
  };
}

/** Compares whole seconds, rounded down as HTTP dates are, though a listing may have milliseconds. */
function timeOf(source: ObjectFacts, destination: ObjectFacts): Pair['time'] {
  const difference = Math.floor(destination.lastModified / 1000) - Math.floor(source.lastModified / 1000);
  if (difference < 0) return 'older';
  return difference === 0 ? 'same_second' : 'newer';
}

function contentsOf(
  source: ObjectFacts,
  destination: ObjectFacts,
  { compareETags }: ComparePairOptions,
): Pair['contents'] {
  if (source.size !== destination.size) return 'different';
  if (source.size === 0) return 'equal';
  if (!compareETags) return 'unknown';
  const { etag: first = '' } = source;
  const { etag: second = '' } = destination;
  if (!MD5.test(first)) return 'unknown';
  // OSS writes them in capitals.
  if (first === second || first.toLowerCase() === second.toLowerCase()) return 'equal';
  return MD5.test(second) ? 'different' : 'unknown';
}
