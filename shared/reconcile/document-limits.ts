import * as z from 'zod/mini';

/**
 * Bounds on the memory that a run needs for the documents of the state bucket, whatever lies there: a document is read
 * at most as bytes, as text and as values, one after the other.
 */
export const STATE_LIMITS = {
  /** Bytes of each document. Ours are smaller: a checkpoint that is larger is written without the names for the report. */
  bytes: {
    'checkpoint.json': 16 * 1024 * 1024,
    'complete.json': 8 * 1024 * 1024,
    'lease.json': 4 * 1024,
  },
  values: 200_000,
  /** Ranges of a checkpoint: two for each worker at most, and what is settled between them. */
  ranges: 1_000,
  /** Pending keys of a range. */
  pending: 1_000,
  codes: 200,
  /** Characters of a key by which a pass goes on. */
  key: 8_192,
  /** Characters of a key that a report names, and of any other text. */
  text: 4_096,
  /** Passes and runs: one a second for thirty years. */
  passes: 1_000_000_000,
  /** Passes of a trend. */
  trend: 1_000,
  /** Milliseconds that a document may be ahead of the clock: one that is further is of no time that was. */
  ahead: 30 * 86_400_000,
} as const;

export const storedText = z.string().check(z.maxLength(STATE_LIMITS.text));
export const storedNumber = z.int().check(z.gte(0), z.lte(STATE_LIMITS.passes));
const HALF_CHARACTER = /\p{Surrogate}/u;
/** Half a character is in no name that a store lists; a request could not be made with it. */
export const storedKey = z.string().check(
  z.maxLength(STATE_LIMITS.key),
  z.refine((key) => !HALF_CHARACTER.test(key)),
);
/** ISO 8601, UTC. */
export const storedTime = z.string().check(
  z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/),
  z.refine((time) => !Number.isNaN(Date.parse(time))),
);

/** @param now milliseconds since the epoch, by a clock that may have gone back */
export function isOfThePast(time: string, now: number): boolean {
  return Date.parse(time) <= now + STATE_LIMITS.ahead;
}
