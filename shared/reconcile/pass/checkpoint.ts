import * as z from 'zod/mini';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';
import { type Counts, countsSchema, quantity, refusedSchema } from '../compare/counts.ts';
import { STATE_LIMITS, storedKey, storedNumber, storedText, storedTime } from '../document-limits.ts';
import { countersSchema, type OmsCounters } from '../oms-task.ts';
import { Submissions } from '../submit/submissions.ts';
import { isAccountedFor, newRange, type RangeState } from './range-state.ts';

/** Version of the document. A reader of an older program must not touch a newer one. */
const CHECKPOINT_VERSION = 1;

/**
 * How far a pass has come: what an invocation leaves to the next. It is written after the submissions that it speaks
 * of, so that whatever it says is done is done; a crash before the write repeats what was since the last one.
 */
export interface Checkpoint {
  readonly version: typeof CHECKPOINT_VERSION;
  /** {@link routeDigest}: a checkpoint of other buckets is none. */
  readonly route: string;
  /** 1 for the first pass of the route. */
  readonly pass: number;
  /** Drawn by the run that began the pass: two runs may begin the same one. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Invocations that have worked at the pass. */
  readonly runs: number;
  /** Ordered by key, without a gap. */
  readonly ranges: readonly RangeState[];
  /** How often objects were submitted, as {@link Submissions} has it; absent: none is remembered. */
  readonly submissions?: string;
  /** ISO 8601, UTC: what was modified later no earlier pass has submitted. Absent: there was no earlier one. */
  readonly submissions_since?: string;
  /** The report is written, or must not be: the next run begins another pass. */
  readonly over?: boolean;
  readonly oms_before?: OmsCounters;
}

const boundsSchema = z.object({ after: z.optional(storedKey), until: z.optional(storedKey) });
const rangeSchema = z.extend(boundsSchema, {
  cursor: z.optional(storedKey),
  done: z.boolean(),
  counts: countsSchema,
  accepted: quantity,
  failed: quantity,
  refused: refusedSchema,
  pending: z.array(storedKey).check(z.maxLength(STATE_LIMITS.pending)),
  list_calls: quantity,
  event_calls: quantity,
});
const documentSchema = z.object({
  version: z.literal(CHECKPOINT_VERSION),
  route: storedText,
  pass: storedNumber.check(z.gte(1)),
  id: storedText.check(z.minLength(1)),
  started: storedTime,
  runs: storedNumber,
  ranges: z.array(z.unknown()).check(z.minLength(1), z.maxLength(STATE_LIMITS.ranges)),
  submissions: z.optional(z.string()),
  submissions_since: z.optional(storedTime),
  over: z.catch(z.optional(z.boolean()), undefined),
  oms_before: z.catch(z.optional(countersSchema), undefined),
});
/** A number that no release will come to is none. */
const versionSchema = z.object({ version: z.int().check(z.lte(1_000)) });

/** Why there is no checkpoint to go on from. */
type NoCheckpoint =
  /** Cannot be read, or its ranges leave something out: the pass begins anew. */
  | 'corrupt'
  /** Belongs to other buckets, another prefix or another task: a new pass begins. */
  | 'other_route'
  /** A newer program wrote it, and only that may go on or overwrite it. */
  | 'newer_version';

type ReadCheckpoint =
  | {
      readonly checkpoint: Checkpoint;
      /** Places in the list of ranges that could not be read: they begin anew. Worth a warning. */
      readonly restarted: readonly number[];
    }
  | { readonly checkpoint?: undefined; readonly reason: NoCheckpoint };

/** @param route {@link routeDigest} of what is to be compared */
export function readCheckpoint(text: string, route: string): ReadCheckpoint {
  const json = readBoundedJson(text, STATE_LIMITS.values);
  if ('reason' in json) return { reason: 'corrupt' };
  const version = versionSchema.safeParse(json.value);
  if (version.success && version.data.version > CHECKPOINT_VERSION) return { reason: 'newer_version' };
  const document = documentSchema.safeParse(json.value);
  if (!document.success) return { reason: 'corrupt' };
  if (document.data.route !== route) return { reason: 'other_route' };
  const ranges: RangeState[] = [];
  const restarted: number[] = [];
  for (const [index, each] of document.data.ranges.entries()) {
    const bounds = boundsSchema.safeParse(each);
    if (!bounds.success) return { reason: 'corrupt' };
    const range = readRange(each);
    if (!range) restarted.push(index);
    ranges.push(range ?? newRange(bounds.data));
  }
  const { submissions, submissions_since, over, oms_before, ...rest } = document.data;
  const isReadable = submissions === undefined || new Submissions().add(submissions);
  if (!coversAll(ranges) || !isReadable) return { reason: 'corrupt' };
  const checkpoint = {
    ...rest,
    ...(submissions !== undefined && { submissions }),
    ...(submissions_since !== undefined && { submissions_since }),
    ...(over && { over }),
    ...(oms_before && { oms_before }),
    ranges,
  };
  return { checkpoint, restarted };
}

/** @returns undefined where it cannot be read, or says what cannot be */
function readRange(value: unknown): RangeState | undefined {
  const parsed = rangeSchema.safeParse(value);
  if (!parsed.success) return undefined;
  // A schema gives `undefined` for what is absent where a range gives nothing.
  const range = { ...parsed.data, counts: parsed.data.counts as Counts } as RangeState;
  const { after, cursor, until } = range;
  if (cursor !== undefined && after !== undefined && compareUtf8(cursor, after) <= 0) return undefined;
  if (cursor !== undefined && until !== undefined && compareUtf8(cursor, until) > 0) return undefined;
  return isAccountedFor(range) ? range : undefined;
}

/** Whether each range begins where the one before ends, the first at the beginning, the last to the end. */
function coversAll(ranges: readonly RangeState[]): boolean {
  if (ranges[0]?.after !== undefined || ranges.at(-1)?.until !== undefined) return false;
  return ranges.slice(1).every(({ after }, index) => {
    const before = ranges[index];
    if (after === undefined || before?.until !== after) return false;
    return before.after === undefined || compareUtf8(before.after, after) < 0;
  });
}

/**
 * Merges the checkpoints of two runs that worked at the same route at once.
 *
 * Nothing is added up, for both have judged the same objects. Of each range one run's state is taken as a whole: the
 * one that came further, with its own counts and its own pending keys, provided that it accounts for every object that
 * it found. Then everything up to its cursor has been accepted, has its dead letter, or is pending in the very state
 * that is taken, and nothing is skipped whatever the other run did. A state that does not account for everything
 * proves nothing: the less advanced one is taken if it does, else the range begins anew. What the run that is not taken
 * has submitted is submitted once more at worst, and OMS skips it.
 *
 * Runs that began the pass separately, or have cut it differently, have nothing in common that could be compared: one
 * of the documents is taken as it is.
 *
 * The order and grouping of merging make no difference, nor does merging one document twice.
 */
export function mergeCheckpoints(a: Checkpoint, b: Checkpoint): Checkpoint {
  const order = compareIdentities(a, b);
  const first = order <= 0 ? a : b;
  const second = order === 0 ? b : first;
  const submissions = Submissions.merged(first.submissions ?? '', second.submissions ?? '');
  return {
    ...first,
    runs: Math.max(first.runs, second.runs),
    ...(submissions !== '' && { submissions }),
    ranges: first.ranges.map((range, index) => further(range, second.ranges[index] ?? range)),
  };
}

/** Negative where `a` goes first: the later pass, then whatever both orders of merging agree on. */
function compareIdentities(a: Checkpoint, b: Checkpoint): number {
  if (a.pass !== b.pass) return b.pass - a.pass;
  return compareUtf8(identity(a), identity(b));
}

function identity({ route, id, started, ranges }: Checkpoint): string {
  return JSON.stringify([id, route, started, ranges.map(({ after, until }) => [after, until])]);
}

function further(a: RangeState, b: RangeState): RangeState {
  const known = (range: RangeState): RangeState => (isAccountedFor(range) ? range : newRange(range));
  const [first, second] = [known(a), known(b)];
  return compareProgress(first, second) >= 0 ? first : second;
}

function compareProgress(a: RangeState, b: RangeState): number {
  if (a.done !== b.done) return a.done ? 1 : -1;
  if (a.cursor !== b.cursor) {
    if (a.cursor === undefined) return -1;
    return b.cursor === undefined ? 1 : compareUtf8(a.cursor, b.cursor);
  }
  // Equally far: the one that has less to do, then any rule that does not depend on the order of merging.
  if (a.pending.length !== b.pending.length) return b.pending.length - a.pending.length;
  return compareUtf8(JSON.stringify(a), JSON.stringify(b));
}
