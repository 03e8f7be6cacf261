export type Outcome = 'success' | 'failure' | 'skip';

export interface Counters {
  accepted: number;
  success: number;
  failure: number;
  skip: number;
  size: number;
}

export function noCounters(): Counters {
  return { accepted: 0, success: 0, failure: 0, skip: 0, size: 0 };
}

/**
 * The month that a time belongs to, for example `2026-11`; the vendor does not say whose, here it is UTC's. An outcome
 * counts in the month in which its event was accepted, so that accepted = success + failure + skip + in flight.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, -17);
}

/** Milliseconds of the finest statistic that the vendor names, FIVE_MINUTES. */
export const SLOT = 5 * 60_000;

export function slotOf(time: number): number {
  return time - (time % SLOT);
}
