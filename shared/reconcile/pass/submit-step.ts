import { addCounts, detached } from '../compare/counts.ts';
import type { DiffStep } from '../compare/diff.ts';
import { isOfCall, type KeyResult, type Rounded } from '../submit/retry-submission.ts';
import { advance, MAX_PENDING, type RangeState, retried } from './range-state.ts';

export interface SubmitStepOptions {
  readonly submit: (keys: readonly string[]) => Promise<Rounded>;
  /** Keys of a call. */
  readonly size: number;
  /** Keys that must wait although OMS accepts others. They are pending, and left alone for the rest of the run. */
  readonly stuck: Set<string>;
}

export interface StepResult {
  readonly state: RangeState;
  /** Keys that no submission cures. */
  readonly failed: readonly FailedResult[];
  /** Why the range is where it was: a key of the step may be accepted later. */
  readonly blocked?: Extract<KeyResult, { readonly status: 'blocked' }>;
}

export type FailedResult = Extract<KeyResult, { readonly status: 'failed' }> & { readonly key: string };

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
  const old = tally(pending, results.slice(0, pending.length));
  const fresh = tally(found, results.slice(pending.length));
  const kept = retried(state, { ...old.submitted, pending: [...waiting, ...old.submitted.pending], calls });
  const blocked = results.find((result) => result.status === 'blocked');
  const left = kept.pending.length + fresh.submitted.pending.length;
  const goesOn = blocked === undefined || (left <= MAX_PENDING && isOfKeys(results));
  if (!goesOn) return { state: kept, failed: old.failed, blocked };
  for (const [index, result] of results.entries()) if (result.status === 'blocked') stuck.add(keys[index] ?? '');
  return {
    state: advance(kept, step, { ...fresh.submitted, calls: 0 }, listCalls),
    failed: [...old.failed, ...fresh.failed],
  };
}

/** Submits what is pending of several ranges, together. */
export async function submitPending(
  states: readonly RangeState[],
  { submit }: Pick<SubmitStepOptions, 'submit'>,
): Promise<{
  readonly states: readonly RangeState[];
  readonly failed: readonly FailedResult[];
  readonly blocked?: StepResult['blocked'];
}> {
  const { results, calls } = await submit(states.flatMap(({ pending }) => pending));
  const failed: FailedResult[] = [];
  let start = 0;
  const after = states.map((state, index) => {
    const own = tally(state.pending, results.slice(start, start + state.pending.length));
    start += state.pending.length;
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

/** Keys without a result were not submitted. */
function tally(keys: readonly string[], results: readonly KeyResult[]) {
  const failed: FailedResult[] = [];
  const pending: string[] = [];
  let accepted = 0;
  for (const [index, key] of keys.entries()) {
    const result = results[index];
    if (result?.status === 'accepted') accepted += 1;
    else if (result?.status === 'failed') failed.push({ ...result, key });
    else pending.push(key);
  }
  const refused = failed.map(({ key, failure: { code } }) => ({ key, code }));
  return { submitted: { accepted, failed: failed.length, pending, refused }, failed };
}
