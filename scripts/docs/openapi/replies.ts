import * as z from 'zod/mini';
import { type ObjectReport, STATIONS, VERDICTS } from '#shared/observability/station.ts';
import { STATUSES, type StatusReport } from '#shared/observability/status/report.ts';
import type { ErrorEnvelope } from '#shared/platform/error-response.ts';
import type { CreateSyncEventReply } from '../../../functions/create-sync-event/reply.ts';

/** Answers that the functions write themselves. The types make sure that they are what is written. */

const problem = z.object({ path: z.string(), rule: z.string(), message: z.string() });

export const errorReply = z.object({
  error_code: z.string(),
  error_msg: z.string(),
  request_id: z.string(),
  details: z.optional(z.array(problem)),
}) satisfies z.ZodMiniType<Loose<ErrorEnvelope>>;

export const createSyncEventReply = z.object({
  sync_task_id: z.string(),
  accepted: z.int(),
  failed: z.int(),
  results: z.array(
    z.object({
      index: z.int(),
      status: z.enum(['accepted', 'failed']),
      error_code: z.optional(z.string()),
      error_msg: z.optional(z.string()),
    }),
  ),
}) satisfies z.ZodMiniType<Loose<CreateSyncEventReply>>;

export const syncTaskReply = z.object({ sync_task_id: z.string() });

/** The answer to a request for a run: the id of the invocation that does the work. */
export const acceptedReply = z.object({ request_id: z.string() });

export const createSyncTaskReply = z.object({
  sync_task_id: z.string(),
  existing: z.optional(z.literal(true)),
  status: z.optional(z.string()),
});

export const objectReply = z.object({
  bucket: z.string(),
  key: z.string(),
  verdict: z.enum(VERDICTS),
  cause: z.nullable(z.object({ code: z.string(), message: z.string(), remedy: z.string() })),
  next: z.nullable(
    z.object({
      action: z.string(),
      by: z.enum(['you', 'redrive', 'reconcile', 'oms', 'platform']),
      at: z.nullable(z.string()),
    }),
  ),
  stations: z.array(
    z.object({ name: z.enum(STATIONS), state: z.string(), at: z.nullable(z.string()), detail: z.string() }),
  ),
}) satisfies z.ZodMiniType<{ verdict: ObjectReport['verdict'] }>;

const reasons = z.array(
  z.object({
    status: z.enum(['unknown', 'behind', 'stuck']),
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
  }),
);
const waiting = z.object({
  count: z.nullable(z.int()),
  complete: z.boolean(),
  oldest: z.nullable(z.string()),
  sampled: z.int(),
  causes: z.array(z.object({ code: z.string(), remedy: z.string(), documents: z.int() })),
});
const timer = z.object({
  name: z.enum(['redrive', 'reconcile']),
  last: z.nullable(z.string()),
  every_seconds: z.nullable(z.number()),
  late: z.boolean(),
});
const answering = z.enum(['answers', 'unknown']);

export const statusReply = z.object({
  status: z.enum(STATUSES),
  at: z.string(),
  threshold_seconds: z.number(),
  reasons,
  waiting: z.object({ platform: waiting, failed_invocations: waiting, dead_letters: waiting, parked: waiting }),
  last_redrive: z.nullable(z.object({ ended: z.string(), remains: z.boolean(), stopped: z.nullable(z.string()) })),
  redrive_timer: timer,
  routes: z.array(
    z.object({
      route: z.string(),
      sync_task_id: z.string(),
      status: z.enum(STATUSES),
      reasons,
      source: z.object({ bucket: z.string(), prefix: z.string(), state: answering }),
      destination: z.object({ bucket: z.nullable(z.string()), state: answering }),
      task: z.object({ state: z.enum(['running', 'stopped', 'not_found', 'unknown']), detail: z.string() }),
      oms: z.object({ count: z.nullable(z.int()), oldest: z.nullable(z.string()) }),
      last_pass: z.nullable(
        z.object({
          started: z.string(),
          finished: z.string(),
          complete: z.boolean(),
          converged: z.boolean(),
          differences: z.int(),
          in_flight: z.int(),
          loss_rate: z.nullable(z.number()),
        }),
      ),
      timer,
    }),
  ),
}) satisfies z.ZodMiniType<Loose<StatusReport>>;

/** The type as a schema infers it: `exactOptionalPropertyTypes` has no say in schemas. */
type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? { [Name in keyof T]: Loose<T[Name]> | (undefined extends T[Name] ? undefined : never) }
    : T;
