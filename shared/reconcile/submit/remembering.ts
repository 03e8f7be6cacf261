import type { KeyResult, Rounded, SubmissionRetries } from './retry-submission.ts';
import type { Submissions } from './submissions.ts';

/** Failures for the sake of one object: as many submissions of it would end like this. */
const OF_OBJECT: ReadonlySet<string> = new Set(['OmsSync.KeyRefused', 'OmsSync.SourceObjectMissing']);

/**
 * Submits keys, remembers what was submitted, and leaves out what OMS has accepted in this pass already: a step is done
 * again where its range stops before the step is settled.
 */
export function remembering(
  rounds: Pick<SubmissionRetries, 'submit'>,
  submissions: Submissions,
  now: () => number,
): (keys: readonly string[]) => Promise<Rounded> {
  return async (keys) => {
    const open = keys.filter((key) => !submissions.isAcceptedNow(key));
    const { results, calls } = open.length === 0 ? { results: [], calls: 0 } : await rounds.submit(open);
    const byKey = new Map<string, KeyResult>();
    for (const [index, result] of results.entries()) {
      const key = open[index] ?? '';
      byKey.set(key, result);
      if (result.status === 'accepted') submissions.submitted(key, true, now());
      else if (result.status === 'failed' && OF_OBJECT.has(result.failure.code))
        submissions.submitted(key, false, now());
    }
    return { results: keys.map((key) => byKey.get(key) ?? { status: 'accepted' }), calls };
  };
}
