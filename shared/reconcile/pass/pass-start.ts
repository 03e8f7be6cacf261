import type { Logger } from '#shared/logging/logger.ts';
import { isOfThePast, STATE_LIMITS } from '../document-limits.ts';
import type { KnownTask } from '../oms-task.ts';
import type { Submissions } from '../submit/submissions.ts';
import { newPass, type Pass, readPass } from './pass.ts';
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
  /** Names the run, and a pass that it begins. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly task: KnownTask;
  /** Used where no checkpoint has a memory. */
  readonly remembered: Submissions | undefined;
  /** Told of a checkpoint that cannot be read. */
  readonly unreadable: () => void;
  readonly log: Logger;
}

/**
 * The pass to work at: that of the checkpoint, or the next one where it is over or cannot be gone on with.
 *
 * @throws NewerCheckpointError
 */
export function startPass({
  document,
  digest,
  restart,
  last,
  id,
  now,
  task,
  remembered,
  unreadable,
  log,
}: PassStart): Pass {
  const begin = (pass: number, submissions?: Submissions): Pass => {
    const started = new Date(now).toISOString();
    return newPass({ route: digest, pass, id, started }, task.counters, submissions);
  };
  if (document === undefined) return begin(numberAfter(last), remembered);
  const read = readPass(document.text, digest);
  const none = 'pass' in read ? (isOfThePast(read.pass.head.started, now) ? undefined : 'corrupt') : read.reason;
  if (!('pass' in read) || none !== undefined) {
    if (none === 'newer_version') throw new NewerCheckpointError();
    if (none === 'corrupt') unreadable();
    log.warn('pass restarted', { reason: none });
    return begin(numberAfter(last));
  }
  const { pass, restarted } = read;
  if (restart || pass.over) {
    const submissions = pass.submissions.next(pass.isComplete, Date.parse(pass.head.started));
    return begin(numberAfter(Math.max(pass.head.pass, last)), submissions);
  }
  if (restarted.length > 0) log.warn('ranges restarted', { reason: 'corrupt', ranges: restarted.length });
  return pass.resumed();
}

/** Begins anew behind the last number that is read again. */
function numberAfter(pass: number): number {
  return pass < STATE_LIMITS.passes ? pass + 1 : 1;
}
