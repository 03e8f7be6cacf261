import * as z from 'zod/mini';
import { DEFAULT_OBJECTIVE, type Objective } from '#shared/config/objective.ts';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { FAILURES, type FailureKind } from '#shared/pipeline/failures.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';
import {
  type Counts,
  quantity,
  type RefusedByCode,
  storedVerdictsSchema,
  submittable,
  totalsSchema,
  verdictsSchema,
} from '../compare/counts.ts';
import { DEFAULT_RULES, type OverwriteRules } from '../compare/overwrite-rules.ts';
import { REASONS } from '../compare/verdict.ts';
import { isOfThePast, STATE_LIMITS, storedNumber, storedTime } from '../document-limits.ts';
import { countersSchema, type OmsCounters } from '../oms-task.ts';
import { convergenceOf, estimateLoss, type Trend, trendOf } from './convergence.ts';
import { lagOf, lagSchema, sloOf, sloSchema, storedSloSchema } from './lag.ts';
import { REMEDIES } from './reason-remedies.ts';

const REPORT_VERSION = 1;

const time = z.string();
const bucketSchema = z.object({
  bucket: z.string(),
  prefix: z.optional(z.string()),
  ...totalsSchema.shape,
});
const planSchema = z.object({
  submit: totalsSchema,
  list_calls: z.object({ source: quantity, destination: quantity }),
  event_calls: quantity,
  minutes: z.number().check(z.gte(0)),
  advice: z.optional(z.string()),
});
const trendPointSchema = z.object({
  pass: z.int(),
  finished: time,
  source_objects: quantity,
  differences: quantity,
  submitted: quantity,
  loss_rate: z.optional(z.number()),
  converged: z.boolean(),
});

/** The report of a pass, as it is written to the state bucket. Published as docs/reconcile-report.schema.json. */
export const reportSchema = z.object({
  version: z.literal(REPORT_VERSION),
  route: z.string(),
  sync_task_id: z.string(),
  pass: z.int().check(z.gte(1)),
  id: z.string(),
  started: time,
  finished: time,
  duration_seconds: z.number().check(z.gte(0)),
  runs: quantity,
  source: bucketSchema,
  destination: bucketSchema,
  complete: z.boolean(),
  stopped: z.array(
    z.object({
      after: z.optional(z.string()),
      until: z.optional(z.string()),
      cursor: z.optional(z.string()),
      side: z.enum(['source', 'destination']),
      fault: z.string(),
    }),
  ),
  grace_seconds: z.optional(z.number().check(z.gte(0))),
  rules: z.object({ object_overwrite_mode: z.string(), consistency_check: z.string(), assumed: z.boolean() }),
  converged: z.boolean(),
  obstacles: z.array(z.string()),
  differences: quantity,
  verdicts: verdictsSchema,
  reasons: z.array(z.object({ reason: z.enum(REASONS), objects: quantity, remedy: z.string() })),
  submitted: quantity,
  accepted: quantity,
  failed: quantity,
  refused: z.array(z.object({ code: z.string(), remedy: z.string(), objects: quantity, keys: z.array(z.string()) })),
  pending: quantity,
  calls: z.object({ list: quantity, events: quantity }),
  rates: z.object({ objects_per_second: z.number(), submitted_per_second: z.number() }),
  oms: z.optional(z.object({ before: countersSchema, after: countersSchema, during: z.optional(countersSchema) })),
  loss: z.object({
    since: z.optional(time),
    changed: quantity,
    lost: quantity,
    explained: quantity,
    unexplained: quantity,
    rate: z.optional(z.number()),
  }),
  /** Absent in reports of releases that did not measure it. */
  lag: z.optional(lagSchema),
  slo: z.optional(sloSchema),
  trend: z.array(trendPointSchema),
  direction: z.enum(['converged', 'converging', 'steady', 'diverging', 'unknown']),
  /** Only a dry run has one. */
  plan: z.optional(planSchema),
});

/** Reads reports of any release. */
const storedSchema = z.extend(reportSchema, {
  pass: storedNumber.check(z.gte(1)),
  started: storedTime,
  finished: storedTime,
  verdicts: storedVerdictsSchema,
  // The next report is made of these texts.
  trend: z
    .array(z.extend(trendPointSchema, { pass: storedNumber, finished: storedTime }))
    .check(z.maxLength(STATE_LIMITS.trend)),
  slo: z.optional(storedSloSchema),
});

export type Report = z.infer<typeof reportSchema>;
export type StoppedRange = Report['stopped'][number];

export interface ReportInput {
  /** Name of the route, or its sync task where it has none. */
  readonly route: string;
  readonly syncTaskId: string;
  readonly pass: number;
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly finished: number;
  readonly runs: number;
  readonly source: { readonly bucket: string; readonly prefix?: string };
  readonly destination: { readonly bucket: string; readonly prefix?: string };
  readonly counts: Counts;
  readonly complete: boolean;
  readonly emptySourceConfirmed: boolean;
  readonly stopped: readonly StoppedRange[];
  /** Milliseconds, as the last run had it. */
  readonly grace?: number;
  /** Overwrite rules used to choose what to submit. */
  readonly rules?: OverwriteRules;
  /** OMS did not tell the rules: they are its defaults. */
  readonly rulesAssumed?: boolean;
  readonly accepted: number;
  readonly failed: number;
  readonly refused?: RefusedByCode;
  readonly pending: number;
  readonly calls: { readonly list: number; readonly events: number };
  /** The task's counters of the month when the pass began and now; absent where OMS did not tell. */
  readonly oms?: { readonly before: OmsCounters; readonly after: OmsCounters };
  /** Objects that are known to have failed since the last pass began. */
  readonly knownFailures: number;
  /** Milliseconds since the epoch: when the last pass began. */
  readonly changedSince?: number;
  readonly objective?: Objective | undefined;
  /** Milliseconds since the epoch: changes whose lag was measured; absent where none was. */
  readonly lagSince?: number;
  readonly previous?: Report;
}

/** Puts a report together. Everything in it follows from what is given: the same input gives the same report. */
export function makeReport(input: ReportInput): Report {
  const { counts, started, finished, previous, rules = DEFAULT_RULES, objective = DEFAULT_OBJECTIVE } = input;
  const { converged, obstacles, differences } = convergenceOf({
    counts,
    complete: input.complete,
    emptySourceConfirmed: input.emptySourceConfirmed,
    previousSourceObjects: previous?.source.objects,
  });
  const seconds = Math.max(0, finished - started) / 1000;
  const perSecond = (count: number): number => (seconds > 0 ? round(count / seconds) : 0);
  const submitted = submittable(counts).objects;
  const loss = estimateLoss(counts.changed, input.knownFailures);
  const now: Trend = {
    pass: input.pass,
    finished: new Date(finished).toISOString(),
    source_objects: counts.source.objects,
    differences,
    submitted,
    ...(loss.rate !== undefined && { loss_rate: loss.rate }),
    converged,
  };
  return {
    version: REPORT_VERSION,
    route: input.route,
    sync_task_id: input.syncTaskId,
    pass: input.pass,
    id: input.id,
    started: new Date(started).toISOString(),
    finished: now.finished,
    duration_seconds: round(seconds),
    runs: input.runs,
    source: { ...input.source, ...counts.source },
    destination: { ...input.destination, ...counts.destination },
    complete: input.complete,
    stopped: [...input.stopped],
    ...(input.grace !== undefined && { grace_seconds: round(input.grace / 1000) }),
    rules: {
      object_overwrite_mode: rules.mode,
      consistency_check: rules.consistencyCheck,
      assumed: input.rulesAssumed ?? input.rules === undefined,
    },
    converged,
    obstacles: [...obstacles],
    differences,
    verdicts: counts.verdicts,
    reasons: REASONS.flatMap((reason) => {
      const objects = counts.reasons[reason] ?? 0;
      return objects > 0 ? [{ reason, objects, remedy: REMEDIES[reason] }] : [];
    }),
    submitted,
    accepted: input.accepted,
    failed: input.failed,
    refused: refusedRows(input.refused ?? {}).map((row) => ({ ...row, keys: [...row.keys] })),
    pending: input.pending,
    calls: input.calls,
    rates: {
      objects_per_second: perSecond(counts.source.objects),
      submitted_per_second: perSecond(submitted),
    },
    ...(input.oms && { oms: withDifference(input.oms) }),
    loss: {
      ...(input.changedSince !== undefined && { since: new Date(input.changedSince).toISOString() }),
      ...loss,
    },
    ...(input.lagSince !== undefined && {
      lag: lagOf(counts.lag, input.lagSince, objective),
      slo: sloOf({
        objective,
        previous: previous?.slo,
        counts: counts.lag,
        started,
        counted: input.complete && previous !== undefined,
      }),
    }),
    ...trendOf(previous?.trend ?? [], now),
  };
}

/**
 * The last complete pass's report, as it was stored.
 *
 * @param now milliseconds since the epoch: a report of a time to come is none
 * @returns undefined where it cannot be read or is of another version: a trend begins anew then
 */
export function readReport(text: string, now = Number.POSITIVE_INFINITY): Report | undefined {
  const json = readBoundedJson(text, STATE_LIMITS.values);
  const parsed = 'value' in json ? storedSchema.safeParse(json.value) : undefined;
  return parsed?.success && isOfThePast(parsed.data.started, now) ? parsed.data : undefined;
}

/**
 * The latest end of the last passes.
 *
 * @param now milliseconds since the epoch
 * @returns milliseconds since the epoch; undefined where no pass is known
 */
export function latestEnd(previous: Report | undefined, now: number): number | undefined {
  const times = (previous?.trend ?? []).flatMap(({ finished }) =>
    isOfThePast(finished, now) ? [Date.parse(finished)] : [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The counters are of a month: where it has turned meanwhile, they are smaller than before and tell no difference. */
function withDifference({ before, after }: NonNullable<ReportInput['oms']>): NonNullable<Report['oms']> {
  const names = ['requested', 'succeeded', 'failed', 'skipped', 'bytes'] as const;
  if (names.some((name) => after[name] < before[name])) return { before, after };
  const during = Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as OmsCounters;
  return { before, after, during };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export interface RefusedRow {
  readonly code: string;
  readonly remedy: string;
  readonly objects: number;
  readonly keys: readonly string[];
}

/** @param code of a failure; that of another release may be unknown */
export function submissionRemedy(code: string): string {
  const failure: FailureKind | undefined = Object.values(FAILURES).find((each) => each.code === code);
  return failure?.reconcileRemedy ?? failure?.remedy ?? 'See the log; the next pass submits the objects again.';
}

/** The most frequent first. */
export function refusedRows(refused: RefusedByCode): RefusedRow[] {
  return Object.entries(refused)
    .map(([code, { objects, keys }]) => ({ code, remedy: submissionRemedy(code), objects, keys }))
    .sort((a, b) => b.objects - a.objects || compareUtf8(a.code, b.code));
}
