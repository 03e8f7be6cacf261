import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import type { Cause, Next, Stations, Verdict } from './station.ts';

export interface Explanation {
  readonly verdict: Verdict;
  readonly cause: Cause | null;
  readonly next: Next | null;
}

/** When timers run next, ISO 8601; null or absent where nothing says so. */
export interface Timers {
  readonly redrive?: string | null;
  readonly reconcile?: string | null;
}

const CAUSES = {
  notInSource: {
    code: 'OmsSync.NotInSource',
    message: 'The source bucket has no object of this name.',
    remedy: 'Compare the name with the source bucket. OMS does not synchronize deletions: delete the copy by hand.',
  },
  lost: {
    code: 'OmsSync.NotificationLost',
    message: 'Nothing holds the object: no notification of it is known to have been worked at.',
    remedy: "Run reconcile, which submits it. If it happens again, check the bucket's trigger.",
  },
  notCopied: {
    code: 'OmsSync.NotCopied',
    message: 'OMS accepted the object, and the destination does not have it.',
    remedy: "Look for the object in the sync task's list of failed objects; reconcile submits it again.",
  },
  removed: {
    code: 'OmsSync.CopyRemoved',
    message: 'OMS lists the object as copied, and the destination does not have it.',
    remedy: 'Find out who deletes or writes at the destination; reconcile submits the object again.',
  },
  queued: {
    code: 'OmsSync.InvocationsWaiting',
    message: 'Invocations wait in FunctionGraph, which does not tell the objects that they name: this may be one.',
    remedy: 'Nothing while the count falls. If it does not, look at the logs of on-object-created.',
  },
} as const satisfies Record<string, Cause>;

/**
 * Says what holds an object, why, and what happens next. A pure function.
 *
 * The order is that of certainty: what proves that the object arrived or never will comes first, then documents that
 * hold it, then OMS, then what is on its way. A station that could not be asked makes the answer unknown wherever it
 * could hold the object.
 */
export function explain(stations: Stations, timers: Timers = {}): Explanation {
  const { source, notification, trigger, queue, dead_letter: letter, oms, destination } = stations;
  if (source.state === 'absent') return { verdict: 'not_in_source', cause: CAUSES.notInSource, next: null };
  // An object that no route takes is left alone whether it is there or not.
  if (trigger.state === 'not_routed' || trigger.state === 'filtered') return byYou('not_routed', trigger.cause);
  if (source.state === 'unknown') return unknown(source.cause);
  if (trigger.state === 'unknown') return unknown(trigger.cause);
  if (destination.state === 'same') return { verdict: 'arrived', cause: null, next: null };
  if (destination.state === 'unknown') return unknown(destination.cause);
  const redrive: Next = { action: 'redrive submits it again', by: 'redrive', at: timers.redrive ?? null };
  const reconcile: Next = { action: 'reconcile submits it', by: 'reconcile', at: timers.reconcile ?? null };
  // The task itself knows better than an older document whether it is stopped.
  const halted = oms.state === 'stopped' || oms.state === 'not_found' ? oms.cause : undefined;
  switch (letter.state) {
    case 'parked':
      return byYou('parked', letter.cause);
    case 'dead_letter':
    case 'failed_invocation': {
      const cause = halted ?? letter.cause;
      return halted || isForYou(cause) ? byYou('dead_lettered', cause) : held('dead_lettered', cause, redrive);
    }
  }
  if (oms.state === 'failed') return held('failed_at_oms', oms.cause, reconcile);
  if (oms.state === 'skipped') return byYou('skipped_by_oms', oms.cause);
  if (destination.state === 'ignored_by_oms') return byYou('skipped_by_oms', destination.cause);
  if (destination.state === 'unmigratable') return byYou('failed_at_oms', destination.cause);
  if (halted) return byYou(oms.state === 'stopped' ? 'waiting' : 'missing', halted);
  const failing = notification.state === 'failing' ? notification.cause : undefined;
  if (queue.state === 'waiting' && (failing || oms.state === 'unknown' || destination.state !== 'in_flight')) {
    const action = 'FunctionGraph tries the event again';
    return held('waiting', failing ?? oms.cause ?? queue.cause ?? CAUSES.queued, { action, by: 'platform', at: null });
  }
  if (oms.state === 'unknown') return unknown(oms.cause);
  if (letter.state === 'unknown') return unknown(letter.cause);
  if (destination.state === 'in_flight') {
    const action = 'The notification arrives and OMS copies the object';
    return held('in_flight', failing, { action, by: 'oms', at: destination.at });
  }
  if (queue.state === 'unknown') return unknown(queue.cause);
  if (oms.state === 'copied') return held('missing', CAUSES.removed, reconcile);
  return held('missing', notification.state === 'received' ? CAUSES.notCopied : CAUSES.lost, reconcile);
}

function held(verdict: Verdict, cause: Cause | undefined, next: Next): Explanation {
  return { verdict, cause: cause ?? null, next };
}

function byYou(verdict: Verdict, cause: Cause | undefined): Explanation {
  return held(verdict, cause, { action: cause?.remedy ?? 'Look at the stations', by: 'you', at: null });
}

function unknown(cause: Cause | undefined): Explanation {
  const action = 'Ask again once the station that is unknown can be asked';
  return held('unknown', cause, { action, by: 'you', at: null });
}

/** Whether no retry cures it, so that redrive will be refused again. */
function isForYou(cause: Cause | undefined): boolean {
  return FAILURES[(cause?.code ?? '') as FailureCode]?.retryable === false;
}
