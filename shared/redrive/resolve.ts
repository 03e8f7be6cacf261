import { checkObjectKey } from '#shared/encoding/object-key.ts';
import { type NormaliseOptions, normaliseEvent } from '#shared/events/normalise.ts';
import type { ObjectChange, RejectedRecord } from '#shared/events/object-change.ts';
import { filterChanges, type OwnState } from '#shared/pipeline/filter.ts';
import { matchesRoute, type RoutedChange, routeChanges } from '#shared/pipeline/route.ts';
import { type Route, routedBuckets } from '#shared/pipeline/routes.ts';
import type { RedriveDocument } from './document.ts';

/** What a document asks for, by the routes of now. */
export interface Resolved {
  /** Each pair of sync task and key once. */
  readonly wanted: readonly RoutedChange[];
  /** Changes of a bucket that no route names. */
  readonly unrouted: readonly ObjectChange[];
  /** Records that still cannot be read. */
  readonly rejected: readonly RejectedRecord[];
  /** Why the event as a whole names nothing. */
  readonly unrecognised: unknown;
  /** Changes that no route matches, although their bucket has some, and that nothing says were never wanted. */
  readonly abandoned: readonly ObjectChange[];
  /** Objects that the document names, whatever is to become of them. */
  readonly changes: readonly ObjectChange[];
}

export interface ResolveOptions extends NormaliseOptions {
  readonly routes: readonly Route[];
  /** Where this project itself writes. */
  readonly state?: OwnState | undefined;
}

const NOTHING: Resolved = {
  wanted: [],
  unrouted: [],
  rejected: [],
  unrecognised: undefined,
  abandoned: [],
  changes: [],
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
    const { event, pairs } = content.invocation;
    return resolveEvent(event, options, Math.max(1, pairs));
  }
  if (content.type !== 'letter') return NOTHING;
  const { letter } = content;
  return letter.kind === 'keys' && letter.keys !== undefined
    ? resolveKeys(letter.keys, letter.sync_task_id, options.routes)
    : resolveEvent(letter.event, options, Number.POSITIVE_INFINITY);
}

/**
 * Of a bucket that has routes, what lies below no prefix is not to be replicated, if the routes are right. Only what OMS
 * has accepted is deleted, so that a mistake in them costs nothing: where they make less of the event than they did when
 * it failed, or nothing at all, what they do not match is kept.
 *
 * @param pairs of sync task and key that are expected of it
 */
function resolveEvent(event: unknown, options: ResolveOptions, pairs: number): Resolved {
  const normalised = (() => {
    try {
      return normaliseEvent(event, options);
    } catch (error) {
      return { error };
    }
  })();
  if ('error' in normalised) return { ...NOTHING, unrecognised: normalised.error };
  const { changes, rejected } = normalised;
  const { routes, state } = options;
  const { routed, unrouted } = routeChanges(filterChanges(changes, routes, state).kept, routes);
  const buckets = routedBuckets(routes);
  const misdirected = unrouted.filter(({ bucket }) => !buckets.has(bucket));
  return {
    wanted: routed,
    unrouted: misdirected,
    rejected,
    unrecognised: undefined,
    abandoned: routed.length < pairs ? unrouted.filter(({ bucket }) => buckets.has(bucket)) : [],
    changes,
  };
}

interface StoredKey {
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly event_time?: string | undefined;
}

function resolveKeys(keys: readonly StoredKey[], syncTaskId: string | undefined, routes: readonly Route[]): Resolved {
  const changes: ObjectChange[] = [];
  for (const { bucket, key, path, event_time: time } of keys) {
    const event = time === undefined ? {} : { time };
    // Checked when the document was read.
    changes.push({ source: 'obs', bucket, key: checkObjectKey(key), eventName: 'ObjectCreated:Put', path, ...event });
  }
  const wanted: RoutedChange[] = [];
  const unrouted: ObjectChange[] = [];
  for (const change of changes) {
    const matching = new Set(routes.filter((route) => matchesRoute(route, change)).map((route) => route.sync_task_id));
    const tasks = syncTaskId !== undefined && matching.has(syncTaskId) ? [syncTaskId] : [...matching];
    for (const task of tasks) wanted.push({ syncTaskId: task, change });
    // It was to be replicated once. That no route matches it any more may be a mistake in the routes.
    if (tasks.length === 0) unrouted.push(change);
  }
  return { ...NOTHING, wanted, unrouted, changes };
}
