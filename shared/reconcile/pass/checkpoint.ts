import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';
import { asCounts, countsSchema, quantity } from '../compare/counts-schema.ts';
import { STATE_LIMITS, storedKey, storedNumber, storedText, storedTime } from '../document-limits.ts';
import { refusedSchema } from '../submit/refused-objects.ts';
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
const headSchema = z.object({
  version: z.literal(CHECKPOINT_VERSION),
  route: storedText,
  pass: storedNumber.check(z.gte(1)),
  id: storedText.check(z.minLength(1)),
  started: storedTime,
  runs: storedNumber,
  ranges: z.array(z.unknown()).check(z.minLength(1), z.maxLength(STATE_LIMITS.ranges)),
  submissions: z.optional(z.string()),
  submissions_since: z.optional(storedTime),
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

export type ReadCheckpoint =
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
  const { value } = json;
  const version = versionSchema.safeParse(value);
  if (version.success && version.data.version > CHECKPOINT_VERSION) return { reason: 'newer_version' };
  const head = headSchema.safeParse(value);
  if (!head.success) return { reason: 'corrupt' };
  if (head.data.route !== route) return { reason: 'other_route' };
  const ranges: RangeState[] = [];
  const restarted: number[] = [];
  for (const [index, each] of head.data.ranges.entries()) {
    const bounds = boundsSchema.safeParse(each);
    if (!bounds.success) return { reason: 'corrupt' };
    const range = readRange(each);
    if (!range) restarted.push(index);
    ranges.push(range ?? newRange(bounds.data));
  }
  if (!coversAll(ranges)) return { reason: 'corrupt' };
  const { submissions, submissions_since: since, ...rest } = head.data;
  if (submissions !== undefined && !Submissions.read(submissions)) return { reason: 'corrupt' };
  const remembered = {
    ...(submissions !== undefined && { submissions }),
    ...(since !== undefined && { submissions_since: since }),
  };
  return { checkpoint: { ...rest, ...remembered, ranges }, restarted };
}

export function writeCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify(checkpoint);
}

/** @returns undefined where it cannot be read, or says what cannot be */
function readRange(value: unknown): RangeState | undefined {
  const parsed = rangeSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const range = { ...parsed.data, counts: asCounts(parsed.data.counts) } as RangeState;
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

interface Place {
  readonly bucket: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** Names what a pass compares, in 32 hexadecimal digits: where any of it changes, a checkpoint is worth nothing. */
export function routeDigest(route: {
  readonly source: Place & { readonly prefix?: string | undefined; readonly cloud?: string | undefined };
  readonly destination: Place;
  readonly syncTaskId: string;
}): string {
  const { source, destination, syncTaskId } = route;
  const places = [source, destination].map(({ bucket, region, endpoint }) => [bucket, region, endpoint]);
  return createHash('sha256')
    .update(JSON.stringify([places, source.cloud, source.prefix ?? '', syncTaskId]))
    .digest('hex')
    .slice(0, 32);
}
