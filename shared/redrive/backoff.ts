/** Milliseconds to wait after the first attempt. */
const FIRST_WAIT = 15 * 60_000;
const LONGEST_WAIT = 24 * 3_600_000;

/**
 * When a document is due again: 15 minutes after its first attempt, twice as long after every further one, a day at the
 * most. Ten attempts take three and a half days.
 *
 * @param attempts that were made in vain, at least 1
 * @param lastFailed milliseconds since the epoch
 * @returns milliseconds since the epoch
 */
export function dueAt(attempts: number, lastFailed: number): number {
  return lastFailed + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (Math.max(1, attempts) - 1));
}
