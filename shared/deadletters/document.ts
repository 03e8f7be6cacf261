import * as z from 'zod/mini';
import { field, isFields } from '#shared/events/fields.ts';
import { crossFieldRule } from '#shared/validation/rule.ts';
import { UnreadableDeadLetterError } from './errors.ts';
import { DEAD_LETTER_LIMITS, DEAD_LETTER_VERSION } from './limits.ts';

const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
const count = z.int().check(z.gte(0));

const keySchema = z.object({
  bucket: z.string().check(z.minLength(1)),
  key: z.string().check(z.minLength(1)),
  path: z.string(),
  event_time: z.optional(z.string()),
  size: z.optional(count),
  etag: z.optional(z.string()),
  sequencer: z.optional(z.string()),
  version_id: z.optional(z.string()),
});

/**
 * A dead letter: what can never be accepted as it is, with all that is needed to understand it and to submit it again.
 * Published as docs/dead-letter.schema.json. Unknown fields are ignored.
 */
export const deadLetterSchema = z
  .object({
    version: z.literal(DEAD_LETTER_VERSION),
    id: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
    kind: z.enum(['keys', 'records', 'event']),
    created: time,
    last_failed: time,
    event_time: z.optional(time),
    attempts: z.int().check(z.gte(1)),
    function: z.string(),
    request_id: z.string(),
    code: z.string().check(z.minLength(1)),
    message: z.string(),
    remedy: z.string(),
    oms: z.optional(
      z.object({
        status: z.optional(z.int()),
        error_code: z.optional(z.string()),
        error_msg: z.optional(z.string()),
        request_id: z.optional(z.string()),
      }),
    ),
    problems: z.optional(z.array(z.object({ path: z.string(), rule: z.string(), message: z.string() }))),
    sync_task_id: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    keys: z.optional(z.array(keySchema).check(z.minLength(1))),
    event: z.unknown(),
  })
  .check(
    crossFieldRule(({ kind, keys, sync_task_id }) => {
      if (kind !== 'keys') return [];
      const missing = (name: string) => ({ path: [name], rule: 'required', message: 'is missing' });
      return [
        ...(keys === undefined ? [missing('keys')] : []),
        ...(sync_task_id === undefined ? [missing('sync_task_id')] : []),
      ];
    }),
  );

export type DeadLetter = z.infer<typeof deadLetterSchema>;
export type DeadLetterKey = z.infer<typeof keySchema>;

/**
 * Reads a document.
 *
 * @param value parsed JSON
 * @throws UnreadableDeadLetterError; its reason is `newer_version` where a later release wrote it, which alone knows
 *   what to do with it
 */
export function readDeadLetter(value: unknown): DeadLetter {
  const version = field(value, 'version');
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > DEAD_LETTER_VERSION)
    throw new UnreadableDeadLetterError('newer_version');
  const letter = checked(deadLetterSchema, withShortLists(value));
  const keys = field(value, 'keys');
  return Array.isArray(keys) ? { ...letter, keys: keys.map((key) => checked(keySchema, key)) } : letter;
}

/** The schema tells of every mistake, with some hundred bytes for each: a list may have a million of them. */
function withShortLists(value: unknown): unknown {
  if (!isFields(value)) return value;
  const { keys, problems } = value;
  return {
    ...value,
    ...(Array.isArray(keys) ? { keys: keys.slice(0, 1) } : {}),
    ...(Array.isArray(problems) ? { problems: problems.slice(0, DEAD_LETTER_LIMITS.problems) } : {}),
  };
}

/** @throws UnreadableDeadLetterError */
function checked<T extends z.ZodMiniType>(schema: T, value: unknown): z.infer<T> {
  const result = z.safeParse(schema, value);
  if (!result.success) throw new UnreadableDeadLetterError('wrong_form');
  return result.data;
}
