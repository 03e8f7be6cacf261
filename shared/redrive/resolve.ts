import type { DeadLetter, DeadLetterKey } from '#shared/deadletters/document.ts';
import { checkObjectKey } from '#shared/encoding/object-key.ts';
import type { ObjectChange, RejectedRecord } from '#shared/events/object-change.ts';
import { type KeyEncodings, normaliseEvent, sourcesOf } from '#shared/events/sources.ts';
import { filterChanges, type OwnState } from '#shared/pipeline/filter.ts';
import { matchesRoute, type RoutedChange, routeChanges } from '#shared/pipeline/route.ts';
import { type Route, routedBuckets } from '#shared/pipeline/routes.ts';
import { digestOfRouting, type RoutingRecord } from '#shared/pipeline/routing-record.ts';
import type { RedriveDocument } from './document.ts';
import { REDRIVE_LIMITS } from './limits.ts';

/** The demands of a document by today's routes. */
export interface Resolved {
  /** Each pair of sync task and key once. */
  readonly wanted: readonly RoutedChange[];
  readonly unrouted: readonly ObjectChange[];
  readonly rejected: readonly RejectedRecord[];
  /** Why the event as a whole names nothing. */
  readonly unrecognised: unknown;
  /** Changes that no route matches, although their bucket has some, and that nothing says were never wanted. */
  readonly abandoned: readonly ObjectChange[];
  /** Objects that the document names, whatever is to become of them. */
  readonly changes: readonly ObjectChange[];
  /** Those of them that have no turn in this run, because the document names too many. */
  readonly later: readonly ObjectChange[];
}

export interface ResolveOptions {
  readonly keyEncodings: KeyEncodings;
  readonly routes: readonly Route[];
  readonly state?: OwnState | undefined;
}

const NOTHING: Resolved = {
  wanted: [],
  unrouted: [],
  rejected: [],
  unrecognised: undefined,
  abandoned: [],
  changes: [],
  later: [],
};

/**
 * Turns a document into keys of sync tasks.
 *
 * Refused keys are taken as they were decoded then. Where their sync task still has a matching route, they go to that
 * task alone, for the others have accepted them; where it has none, the task was replaced, and they go wherever they are
 * routed now. Everything else is read anew, so that an encoding or a route that was corrected applies.
 */
export function resolveDocument({ content }: RedriveDocument, options: ResolveOptions): Resolved {
  if (content.type === 'invocation') {
    const { event, routing } = content.invocation;
    return resolveEvent(event, options, routing);
  }
  if (content.type !== 'letter') return NOTHING;
  const { letter } = content;
  return letter.kind === 'keys' && letter.keys !== undefined
    ? resolveKeys(letter, letter.keys, options.routes)
    : resolveEvent(letter.event, options, undefined);
}

/**
 * Objects of a routed bucket that lie below no prefix are not to be replicated, if the routes are right. Only what OMS
 * has accepted is deleted, so that a mistake in them costs nothing: what they do not match is kept, unless they are those
 * of the failed invocation, and make just as much of the event as then.
 *
 * @param then what the routes made of it when it failed; undefined where nothing tells
 */
function resolveEvent(event: unknown, options: ResolveOptions, then: RoutingRecord | undefined): Resolved {
  const normalised = (() => {
    try {
      return normaliseEvent(event, options.keyEncodings);
    } catch (error) {
      return { error };
    }
  })();
  if ('error' in normalised) return { ...NOTHING, unrecognised: normalised.error };
  const { changes, rejected } = normalised;
  const { routes, state } = options;
  const [now, later] = turns(filterChanges(changes, routes, state).kept, routes);
  const { routed, unrouted } = routeChanges(now, routes);
  const buckets = routedBuckets(routes);
  // Another set of routes may make as many pairs by accident. A record of an earlier release has the number alone.
  const isAsThen =
    then !== undefined &&
    routed.length === then.pairs &&
    (then.digest === undefined || then.digest === digestOfRouting(routes, options.keyEncodings));
  const misdirected = unrouted.filter(({ bucket }) => !buckets.has(bucket));
  return {
    wanted: routed,
    unrouted: misdirected,
    rejected,
    unrecognised: undefined,
    abandoned: isAsThen && later.length === 0 ? [] : unrouted.filter(({ bucket }) => buckets.has(bucket)),
    changes,
    later,
  };
}

/** The changes that are submitted in this run, and the others: those of one document may be more than a run can do. */
function turns(
  changes: readonly ObjectChange[],
  routes: readonly Route[],
): [readonly ObjectChange[], readonly ObjectChange[]] {
  let pairs = 0;
  const end = changes.findIndex((change) => {
    pairs += Math.max(1, routes.filter((route) => matchesRoute(route, change)).length);
    return pairs > REDRIVE_LIMITS.documentPairs;
  });
  return end < 0 ? [changes, []] : [changes.slice(0, end), changes.slice(end)];
}

/** Characters of a time; what is longer is none. */
const TIME_LENGTH = 40;

function resolveKeys(
  { event, sync_task_id: syncTaskId }: DeadLetter,
  keys: readonly DeadLetterKey[],
  routes: readonly Route[],
): Resolved {
  const source = sourcesOf(event)[0]?.name ?? 'unknown';
  const changes: ObjectChange[] = [];
  for (const { bucket, key, path, event_time: time } of keys) {
    const at = time === undefined || time.length > TIME_LENGTH ? {} : { time };
    // Checked when the document was read.
    changes.push({ source, bucket, key: checkObjectKey(key), eventName: 'ObjectCreated:Put', path, ...at });
  }
  const [now, later] = turns(changes, routes);
  const wanted: RoutedChange[] = [];
  const unrouted: ObjectChange[] = [];
  for (const change of now) {
    const matching = new Set(routes.filter((route) => matchesRoute(route, change)).map((route) => route.sync_task_id));
    const tasks = syncTaskId !== undefined && matching.has(syncTaskId) ? [syncTaskId] : [...matching];
    for (const task of tasks) wanted.push({ syncTaskId: task, change });
    // It was to be replicated once. That no route matches it any more may be a mistake in the routes.
    if (tasks.length === 0) unrouted.push(change);
  }
  return { ...NOTHING, wanted, unrouted, changes, later };
}
