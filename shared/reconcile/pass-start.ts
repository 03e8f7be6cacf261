import type { Logger } from '#shared/logging/logger.ts';
import type { KnownTask } from './oms-task.ts';
import { newPass, type Pass, readPass } from './pass.ts';
import { MAX_DOUBTS } from './range-state.ts';
import { NewerCheckpointError, type StateDocument } from './state.ts';

export interface PassStart {
  /** The checkpoint, where there is one. */
  readonly document: StateDocument | undefined;
  /** {@link routeDigest} */
  readonly digest: string;
  /** Begins a new pass in any case. */
  readonly restart: boolean;
  /** Number of the last complete pass; 0 where there was none. */
  readonly last: number;
  /** Of the run, and of a pass that it begins. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds. */
  readonly grace: number;
  readonly task: KnownTask;
  readonly log: Logger;
}

/**
 * The pass to work at: that of the checkpoint, or the next one where it is over or cannot be gone on with.
 *
 * @throws NewerCheckpointError
 */
export function startPass({ document, digest, restart, last, id, now, grace, task, log }: PassStart): Pass {
  const begin = (pass: number, submittedBefore: readonly string[], until?: string): Pass => {
    const started = new Date(now).toISOString();
    const submitted = { submitted_before: submittedBefore, ...(until !== undefined && { submitted_until: until }) };
    return newPass({ route: digest, pass, id, started, ...submitted }, task.counters);
  };
  if (document === undefined) return begin(last + 1, []);
  const read = readPass(document.text, digest);
  if (!('pass' in read)) {
    if (read.reason === 'newer_version') throw new NewerCheckpointError();
    log.warn('pass restarted', { reason: read.reason });
    return begin(last + 1, []);
  }
  const { pass, restarted } = read;
  if (restart || pass.over) {
    const doubts = [...pass.head.submitted_before, ...pass.ranges().flatMap((range) => range.doubts)];
    // What a complete pass has not met again is settled, one way or the other.
    const kept = pass.isComplete ? pass.ranges().flatMap((range) => range.doubts) : doubts;
    return begin(Math.max(pass.head.pass, last) + 1, [...new Set(kept)], submittedUntil(pass, grace));
  }
  if (restarted.length > 0) log.warn('ranges restarted', { reason: 'corrupt', ranges: restarted.length });
  return pass.resumed();
}

/**
 * A range names no more than so many doubts. Where a pass has found more, and all that it submitted was accepted, its
 * beginning names the rest: what neither side has changed since, it has seen as it is now.
 */
function submittedUntil(pass: Pass, grace: number): string | undefined {
  if (!pass.isComplete) return pass.head.submitted_until;
  const { failed, pending } = pass.totals();
  const doubts = pass.ranges().reduce((sum, range) => sum + range.doubts.length, 0);
  if (failed > 0 || pending > 0 || doubts < MAX_DOUBTS) return undefined;
  return new Date(Date.parse(pass.head.started) - grace).toISOString();
}
