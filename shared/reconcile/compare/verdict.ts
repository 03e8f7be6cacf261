import type { ListedObject } from '#shared/objectstore/port.ts';

export type ObjectFacts = ListedObject;

export const VERDICTS = [
  /** Nothing tells the two apart. */
  'same',
  'missing',
  'size_differs',
  /** The source was modified later than the destination was written, in whole seconds. */
  'destination_older',
  /** Both have a comparable checksum and they differ, though size and times would not tell. */
  'checksum_differs',
  /** It differs, and a later pass submits it. */
  'deferred',
  /** It differs, though it was submitted as often as is allowed while the source stayed the same. */
  'submitted_in_vain',
  /** It differs, and the source was modified so lately that its notification may still be on the way. */
  'in_flight',
  /** It differs, and OMS would skip it: submitting it again would change nothing. */
  'ignored_by_oms',
  'unmigratable',
  /** Only at the destination. Reported, never deleted: OMS does not synchronize deletions. */
  'extra',
  /** A list of results that OMS itself wrote. */
  'oms_own',
] as const;

export type Verdict = (typeof VERDICTS)[number];

const SUBMITTED_VERDICTS = ['missing', 'size_differs', 'destination_older', 'checksum_differs'] as const;
export type SubmittedVerdict = (typeof SUBMITTED_VERDICTS)[number];

export const REASONS = [
  /** Submitted a short while ago: OMS may still be copying it. */
  'awaiting_copy',
  /** More objects differ than are remembered. */
  'too_many',
  /** Submitted again and again, with no effect that lasts. */
  'not_copied',
  /** The task never overwrites an object. */
  'no_overwrite',
  /** Same size, and the destination is not older: the task looks no further. */
  'destination_not_older',
  /** Submitted by an earlier pass because the documents leave open what OMS does; it did nothing. */
  'submitted_before',
  /** The storage class must be restored before it is read, and the task restores nothing. */
  'archived',
  'too_large',
  'key_too_long',
  /** No text that UTF-8 can hold. */
  'key_not_unicode',
] as const;

export type Reason = (typeof REASONS)[number];

export interface Finding {
  readonly key: string;
  readonly verdict: Exclude<Verdict, 'same'>;
  readonly source?: ObjectFacts;
  readonly destination?: ObjectFacts;
  readonly reason?: Reason;
  /** Whether it is to be submitted: then the verdict is one of SUBMITTED_VERDICTS. */
  readonly submit: boolean;
}

export function isSubmitted(verdict: Verdict): verdict is SubmittedVerdict {
  return (SUBMITTED_VERDICTS as readonly Verdict[]).includes(verdict);
}

/** Whether an object differs, and time or another submission may bring it over. */
export function isOnItsWay(verdict: Verdict): boolean {
  return isSubmitted(verdict) || verdict === 'deferred' || verdict === 'submitted_in_vain' || verdict === 'in_flight';
}

export interface EarlierSubmissions {
  /** Submissions that OMS has accepted, or refused for the sake of the object. */
  readonly count: number;
  /** OMS has accepted one of them. */
  readonly accepted: boolean;
  /** OMS has accepted one in this pass. */
  readonly acceptedNow: boolean;
  /** The last one is so recent that there is to be no other one yet. */
  readonly waits: boolean;
}

/** Remembers how often objects were submitted. Times are milliseconds since the epoch. */
export interface SubmissionHistory {
  find(source: ObjectFacts, now: number): EarlierSubmissions | undefined;
  /** @returns false where there is no place for another object, and it may have been submitted before */
  reserve(source: ObjectFacts, now: number): boolean;
}
