import * as z from 'zod/mini';
import { readDuration } from '#shared/config/duration.ts';
import { parse } from '#shared/validation/parse.ts';
import { nonEmptyText } from '#shared/validation/primitives.ts';
import { rule } from '#shared/validation/rule.ts';
import { MOST_SUBMISSIONS } from './submit/submissions.ts';

/** Milliseconds; what is older than a month is in flight nowhere. */
const LONGEST_GRACE = 30 * 86_400_000;

const duration = z
  .string()
  .check(
    rule((text) =>
      (readDuration(text) ?? Number.POSITIVE_INFINITY) > LONGEST_GRACE
        ? { rule: 'duration', message: 'must be a duration such as 90s, 15m or 2h, and at most 30d' }
        : undefined,
    ),
  );

/** Request for a reconciliation: the body of `POST /reconcile`, a timer's user event, the event of a direct call. */
export const reconcileRequest = z.strictObject({
  /** Name or sync task of a route; every route where it is left out. */
  route: z.optional(nonEmptyText(1024)),
  dry_run: z.optional(z.boolean()),
  grace_period: z.optional(duration),
  max_submissions: z.optional(z.int().check(z.gte(1), z.lte(MOST_SUBMISSIONS))),
  /** Begins a new pass. */
  restart: z.optional(z.boolean()),
  /** The source bucket is meant to have no object. */
  source_is_empty: z.optional(z.boolean()),
});

export type ReconcileRequest = z.infer<typeof reconcileRequest>;

/** @throws ValidationError with every problem */
export function readReconcileRequest(value: unknown, what: string): ReconcileRequest {
  return parse(reconcileRequest, value, what);
}
