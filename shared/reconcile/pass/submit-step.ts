import type { Logger } from '#shared/logging/logger.ts';
import { addCounts, type DiffStep, detached } from '../compare/counts.ts';
import { type BlockedKey, type FailedKey, isOfCall, type KeyResult, type SubmitKeys } from '../submit/submitter.ts';
import { advance, MAX_PENDING, type RangeState, retried } from './range-state.ts';

export interface SubmitStepOptions {
  readonly submit: SubmitKeys;
  readonly size: number;
  /** Keys that must wait although OMS accepts others. They are pending, and left alone for the rest of the run. */
  readonly stuck: Set<string>;
}

export interface StepResult {
  readonly state: RangeState;
  readonly failed: readonly FailedKey[];
  /** Why the range is where it was: a key of the step may be accepted later. */
  readonly blocked?: BlockedKey;
}

/**
 * Submits what a step has found, in full calls only: fewer keys than a call can carry stay pending, with the range, until
 * a later step or the end of the run fills the call.
 *
 * The range goes on when every key of the step is accepted, refused for good, or pending: because no call was full, or
 * because its call fails again and again while others succeed. Such a key must not keep the rest of the bucket from being
 * looked at. What keeps all keys from being accepted stops the range where it is.
 */
export async function submitStep(
  state: RangeState,
  step: DiffStep,
  listCalls: number,
  { submit, size, stuck }: SubmitStepOptions,
): Promise<StepResult> {
  const found = step.findings.flatMap((finding) => (finding.submit ? [finding.key] : []));
  const waiting = state.pending.filter((key) => stuck.has(key));
  const pending = state.pending.filter((key) => !stuck.has(key));
  const keys = [...pending, ...found];
  const full = keys.length - (keys.length % size);
  if (full === 0) return { state: advance(state, step, { ...NOTHING, pending: found }, listCalls), failed: [] };
  const { results, calls } = await submit(keys.slice(0, full));
  const byKey = new Map(results.map((result) => [result.key, result]));
  const old = tally(pending, byKey);
  const fresh = tally(found, byKey);
  const kept = retried(state, { ...old.submitted, pending: [...waiting, ...old.submitted.pending], calls });
  const blocked = results.find((result) => result.status === 'blocked');
  const left = kept.pending.length + fresh.submitted.pending.length;
  const goesOn = blocked === undefined || (left <= MAX_PENDING && isOfKeys(results));
  if (!goesOn) return { state: kept, failed: old.failed, blocked };
  for (const result of results) if (result.status === 'blocked') stuck.add(result.key);
  return {
    state: advance(kept, step, { ...fresh.submitted, calls: 0 }, listCalls),
    failed: [...old.failed, ...fresh.failed],
  };
}

export async function submitPending(
  states: readonly RangeState[],
  { submit }: Pick<SubmitStepOptions, 'submit'>,
): Promise<{
  readonly states: readonly RangeState[];
  readonly failed: readonly FailedKey[];
  readonly blocked?: BlockedKey;
}> {
  const { results, calls } = await submit(states.flatMap(({ pending }) => pending));
  const byKey = new Map(results.map((result) => [result.key, result]));
  const failed: FailedKey[] = [];
  const after = states.map((state, index) => {
    const own = tally(state.pending, byKey);
    failed.push(...own.failed);
    return retried(state, { ...own.submitted, calls: index === 0 ? calls : 0 });
  });
  const blocked = results.find((result) => result.status === 'blocked');
  return { states: after, failed, ...(blocked && { blocked }) };
}

/** A step of a dry run: counted, and nothing else. */
export function countStep(state: RangeState, step: DiffStep, listCalls: number): RangeState {
  return {
    ...state,
    cursor: detached(step.cursor),
    counts: addCounts(state.counts, step.counts),
    list_calls: state.list_calls + listCalls,
  };
}

/** Whether OMS accepts keys, and others wait for no reason that concerns all of them. */
function isOfKeys(results: readonly KeyResult[]): boolean {
  return (
    results.some(({ status }) => status === 'accepted') &&
    results.every((result) => result.status !== 'blocked' || isOfCall(result))
  );
}

const NOTHING = { accepted: 0, failed: 0, pending: [], calls: 0 } as const;

/** Counts what became of some keys. Those without a result were not submitted. */
function tally(keys: readonly string[], results: ReadonlyMap<string, KeyResult>) {
  const failed: FailedKey[] = [];
  const pending: string[] = [];
  let accepted = 0;
  for (const key of keys) {
    const result = results.get(key);
    if (result?.status === 'accepted') accepted += 1;
    else if (result?.status === 'failed') failed.push(result);
    else pending.push(key);
  }
  const refused = failed.map(({ key, failure: { code } }) => ({ key, code }));
  return { submitted: { accepted, failed: failed.length, pending, refused }, failed };
}

/** Keys of a code that are logged one by one: a bucket may have millions. */
const LOGGED_KEYS = 10;

/** Logs keys that no submission cures. All of them are counted in the report. */
export function failureLog(log: Logger): (failed: readonly FailedKey[]) => void {
  const counts = new Map<string, number>();
  return (failed) => {
    for (const { key, failure, error } of failed) {
      const count = (counts.get(failure.code) ?? 0) + 1;
      counts.set(failure.code, count);
      if (count <= LOGGED_KEYS) log.error('key refused', { key, failure_code: failure.code, error });
    }
  };
}
