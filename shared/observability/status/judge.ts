import type { DIFFERENCES } from '#shared/reconcile/report/convergence.ts';
import { isRetryable } from '#shared/redrive/cause.ts';
import type { Cause } from '../station.ts';
import type { Place, Reason, RouteStatus, TimerStatus, Waiting } from './report.ts';

export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds that something may wait. */
  readonly threshold: number;
}

interface Words {
  /** Behind the number one, and behind any other. */
  readonly what: readonly [one: string, more: string];
  readonly code: string;
  readonly remedy: string;
}

const WORDS: Readonly<Record<Place, Words>> = {
  platform: {
    what: ['invocation waits in FunctionGraph', 'invocations wait in FunctionGraph'],
    code: 'OmsSync.InvocationsWaiting',
    remedy: 'Nothing while the count falls. If it does not, look at the logs of on-object-created.',
  },
  failed_invocations: {
    what: ['failed invocation waits for redrive', 'failed invocations wait for redrive'],
    code: 'OmsSync.FailedInvocationsWaiting',
    remedy: 'Correct their causes: oms-sync backlog list --kind failed_invocation shows them.',
  },
  dead_letters: {
    what: ['dead letter waits for redrive', 'dead letters wait for redrive'],
    code: 'OmsSync.DeadLettersWaiting',
    remedy: 'Correct their causes: oms-sync backlog list --kind dead_letter shows them.',
  },
  parked: {
    what: [
      'parked document waits for a person: nothing tries it again',
      'parked documents wait for a person: nothing tries them again',
    ],
    code: 'OmsSync.ParkedDocuments',
    remedy: 'Correct their causes, then oms-sync backlog retry --kind parked; or discard them.',
  },
};

/** Objects that wait in a place shared by every route. */
export function judgeWaiting(place: Place, waiting: Waiting, { now, threshold }: Moment): Reason[] {
  const { count, complete, oldest, causes } = waiting;
  // Whoever could not count says why.
  if (count === null || count === 0) return [];
  const { what, code, remedy } = WORDS[place];
  const number = `${complete ? '' : 'at least '}${count}`;
  const since = oldest === null ? '' : `, the oldest since ${oldest}`;
  const reason = { code, message: `${number} ${what[count === 1 ? 0 : 1]}${since}.`, remedy };
  const hopeless = causes.find(({ code: each }) => isRetryable(each) === false);
  if (place === 'parked') return [{ status: 'stuck', ...reason }];
  if (hopeless)
    return [{ status: 'stuck', ...reason, remedy: hopeless.remedy, message: `${reason.message} ${hopeless.code}.` }];
  if (oldest === null || !complete)
    return [{ status: place === 'platform' && complete ? 'unknown' : 'behind', ...reason }];
  return now - Date.parse(oldest) > threshold ? [{ status: 'behind', ...reason }] : [];
}

/** A timer is late where nothing was heard of it for two of its periods: one may be a run that is under way. */
export function isLate(last: number | undefined, every: number | undefined, now: number): boolean {
  return last !== undefined && every !== undefined && now - last > 2 * every;
}

export function judgeTimer({ name, last, every_seconds, late }: TimerStatus): Reason[] {
  if (every_seconds === null) return [];
  if (last === null)
    return [
      {
        status: 'unknown',
        code: 'OmsSync.TimerNeverRan',
        message: `No run of ${name} has left a report.`,
        remedy: `Wait for its timer, or run oms-sync invoke -f ${name}.`,
      },
    ];
  return late
    ? [
        {
          status: 'stuck',
          code: 'OmsSync.TimerLate',
          message: `The timer of ${name} runs every ${every_seconds} seconds, and its last report is of ${last}.`,
          remedy: `Look at the trigger with oms-sync info and at oms-sync logs -f ${name}.`,
        },
      ]
    : [];
}

/** Differences that no pass repairs. */
const LASTING: readonly (typeof DIFFERENCES)[number][] = ['submitted_in_vain', 'ignored_by_oms', 'unmigratable'];
/** Obstacles after which nothing is proved. */
const UNPROVED = ['incomplete', 'empty_source', 'source_shrank', 'all_in_flight'];

/** The result of a route's last pass, as far as a status depends on it. */
export interface PassFacts {
  readonly finished: string;
  readonly obstacles: readonly string[];
  readonly differences: number;
}

export function judgePass(pass: PassFacts | undefined): Reason[] {
  if (!pass)
    return [
      {
        status: 'unknown',
        code: 'OmsSync.NoPass',
        message: 'No pass has compared source and destination yet.',
        remedy: 'Wait for the timer of reconcile, or run oms-sync invoke -f reconcile --async.',
      },
    ];
  const { obstacles, differences, finished } = pass;
  const named = (names: readonly string[]) => obstacles.filter((obstacle) => names.includes(obstacle));
  const reasons: Reason[] = [];
  if (differences > 0)
    reasons.push({
      status: named(LASTING).length > 0 ? 'stuck' : 'behind',
      code: 'OmsSync.Differences',
      message: `The pass of ${finished} found ${differences} ${differences === 1 ? 'difference' : 'differences'} (${obstacles.join(', ')}).`,
      remedy:
        named(LASTING).length > 0
          ? 'Read the reasons in its report and correct them: submitting the objects again does not help.'
          : 'Nothing while the next pass finds fewer: each submits what it finds.',
    });
  if (named(UNPROVED).length > 0)
    reasons.push({
      status: 'unknown',
      code: 'OmsSync.PassProvedNothing',
      message: `The pass of ${finished} proved nothing: ${named(UNPROVED).join(', ')}.`,
      remedy: 'Read its report; the next pass may be able to tell.',
    });
  return reasons;
}

type TaskFacts = Pick<RouteStatus, 'task' | 'oms'> & { readonly cause?: Cause | undefined };

/** The sync task of a route, and what waits in it. */
export function judgeTask({ task, oms, cause }: TaskFacts, { now, threshold }: Moment): Reason[] {
  if (task.state !== 'running') {
    const status = task.state === 'unknown' ? 'unknown' : 'stuck';
    const message = task.detail;
    return [{ status, ...(cause ?? { code: 'OmsSync.Internal', message, remedy: 'See the log.' }) }];
  }
  if (oms.count === null || oms.oldest === null || now - Date.parse(oms.oldest) <= threshold) return [];
  return [
    {
      status: 'behind',
      code: 'OmsSync.CopiesWaiting',
      message: `OMS has accepted ${oms.count} objects that it has not finished, some of them since before ${oms.oldest}.`,
      remedy: 'Nothing while the count falls. If it does not, look at the sync task in the console of OMS.',
    },
  ];
}

/** A question that nobody answered. */
export function unanswered(what: string, { code, message, remedy }: Cause): Reason {
  return { status: 'unknown', code, message: `${what} could not be asked: ${message}`, remedy };
}
