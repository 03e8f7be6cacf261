import * as z from 'zod/mini';
import { readDuration } from '#shared/config/duration.ts';
import { parse } from '#shared/validation/parse.ts';
import { nonEmptyText } from '#shared/validation/primitives.ts';
import { rule } from '#shared/validation/rule.ts';
import { readTime } from '#shared/validation/time.ts';
import type { DocumentSource } from './document.ts';

/** Selects documents. A document must meet every condition that is there. */
export interface RedriveFilter {
  readonly codes?: ReadonlySet<string>;
  /** Written for the first time at this moment or before it; milliseconds since the epoch. */
  readonly until?: number;
  /** Written for the first time at this moment or after it; milliseconds since the epoch. */
  readonly since?: number;
  /** `bucket` or `bucket/prefix` of at least one object that the document names; real names, not encoded. */
  readonly prefix?: string;
  readonly parked?: boolean;
  readonly limit?: number;
  /** Places to look in, in place of all but the parked documents. */
  readonly kinds?: ReadonlySet<DocumentSource>;
  /** Codes of the document or of its true cause (causeOfDocument). */
  readonly causes?: ReadonlySet<string>;
  /** Matches `bucket/key` of at least one object that the document names. */
  readonly objects?: RegExp;
  /** Name of the one document that is meant. */
  readonly name?: string;
}

/** Durations that are ages: whole seconds or more, and not so long that they lead out of the calendar. */
const AGE = /^[1-9]\d{0,5}[smhd]$/;

/**
 * Reads an age (`90s`, `30m`, `12h`, `7d`) or a moment (ISO 8601 with a time zone, or 13-digit milliseconds).
 *
 * @param now milliseconds since the epoch, from which an age counts back
 * @returns milliseconds since the epoch; undefined where the text is neither
 */
export function readMoment(text: string, now: number): number | undefined {
  const age = AGE.test(text) ? readDuration(text) : undefined;
  return age === undefined ? readTime(text) : now - age;
}

const moment = z
  .string()
  .check(
    rule((text) =>
      readMoment(text, 0) === undefined
        ? { rule: 'age', message: 'must be an age such as 90s, 30m, 12h or 7d, or a time such as 2026-09-01T00:00:00Z' }
        : undefined,
    ),
  );

/** Nobody reads more, and a list must have an end. */
const MAX_CODES = 100;
const MAX_LIMIT = 10_000_000;

const notEmpty = rule(
  (list: readonly unknown[]) => (list.length === 0 ? { rule: 'not_empty', message: 'must not be empty' } : undefined),
  { minimum: 1 },
);

/** Options of a redrive: the body of `POST /redrive`, a timer's user event, the event of a direct call. */
export const redriveOptions = z.strictObject({
  dry_run: z.optional(z.boolean()),
  codes: z.optional(z.array(nonEmptyText(100)).check(notEmpty, z.maxLength(MAX_CODES))),
  older_than: z.optional(moment),
  newer_than: z.optional(moment),
  // A bucket's name and an object's name, each of 1024 characters at the most.
  prefix: z.optional(nonEmptyText(2049)),
  parked: z.optional(z.boolean()),
  limit: z.optional(z.int().check(z.gte(1), z.lte(MAX_LIMIT))),
});

export type RedriveOptions = z.infer<typeof redriveOptions>;

/** @throws ValidationError with every problem */
export function readRedriveOptions(value: unknown, what: string): RedriveOptions {
  return parse(redriveOptions, value, what);
}

/** @param now milliseconds since the epoch, from which ages count back */
export function toFilter(options: RedriveOptions, now: number): RedriveFilter {
  const until = options.older_than === undefined ? undefined : readMoment(options.older_than, now);
  const since = options.newer_than === undefined ? undefined : readMoment(options.newer_than, now);
  return {
    ...(options.codes && { codes: new Set(options.codes) }),
    ...(until !== undefined && { until }),
    ...(since !== undefined && { since }),
    ...(options.prefix !== undefined && { prefix: options.prefix }),
    ...(options.parked !== undefined && { parked: options.parked }),
    ...(options.limit !== undefined && { limit: options.limit }),
  };
}
