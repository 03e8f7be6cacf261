/** Milliseconds: between two looks at the service, and together. */
export const PATIENCE = {
  first: 1_000,
  longest: 5_000,
  /** Milliseconds until a deleted name or path is free. The vendor's Terraform provider waits three minutes. */
  deletion: 180_000,
  /** Milliseconds until something created is listed correctly, and for what another service may hold for good. */
  short: 30_000,
} as const;

/**
 * Pauses that grow and come to so much together; then undefined, once, for the last try.
 *
 * Counted, not read from a clock: an interruption of the machine does not use them up.
 */
export function* pauses(total: number): Generator<number | undefined> {
  let pause: number = PATIENCE.first;
  for (let left = total; left > 0; left -= pause, pause = Math.min(2 * pause, PATIENCE.longest)) yield pause;
  yield undefined;
}

/**
 * Looks again and again.
 *
 * @param total milliseconds
 * @returns whether it came true in time
 */
export async function until(
  total: number,
  sleep: (ms: number) => Promise<void>,
  look: () => Promise<boolean>,
): Promise<boolean> {
  for (const pause of pauses(total)) {
    if (await look()) return true;
    if (pause !== undefined) await sleep(pause);
  }
  return false;
}
