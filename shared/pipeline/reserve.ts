/** Milliseconds: four writes at a time, with a retry or two. */
const RESERVE = 5_000;

/**
 * Milliseconds that submitting leaves of an invocation for the dead letters: without them, refusals that are known when
 * time runs out would be made again by the platform's retry.
 *
 * @param remaining milliseconds that the invocation has when it begins
 */
export function deadLetterReserve(remaining: number): number {
  return Math.min(RESERVE, Math.max(0, remaining) / 4);
}
