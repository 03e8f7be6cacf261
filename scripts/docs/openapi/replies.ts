import * as z from 'zod/mini';
import { type ObjectReport, STATIONS, VERDICTS } from '#shared/observability/station.ts';
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

/** The type as a schema infers it: `exactOptionalPropertyTypes` has no say in schemas. */
type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? { [Name in keyof T]: Loose<T[Name]> | (undefined extends T[Name] ? undefined : never) }
    : T;
