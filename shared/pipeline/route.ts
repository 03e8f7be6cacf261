import type { ObjectChange } from '#shared/events/object-change.ts';
import type { Route } from './routes.ts';

export interface RoutedChange {
  readonly syncTaskId: string;
  readonly change: ObjectChange;
}

export interface Routed {
  /** Each pair of sync task and key once, in the order of the changes. */
  readonly routed: readonly RoutedChange[];
  readonly unrouted: readonly ObjectChange[];
  readonly duplicates: number;
}

/** True where the route's bucket and prefix match. */
export function matchesRoute(route: Route, change: ObjectChange): boolean {
  return route.source.bucket === change.bucket && change.key.startsWith(route.source.prefix ?? '');
}

/**
 * Sends every change to each route that matches it. Several changes of one object become one: OMS copies what the
 * object is when it gets to it, not what it was when the event was sent. So their order does not matter, and sequencers,
 * which some channels fill with "1", are reported and not compared.
 */
export function routeChanges(changes: readonly ObjectChange[], routes: readonly Route[]): Routed {
  const routed: RoutedChange[] = [];
  const unrouted: ObjectChange[] = [];
  let duplicates = 0;
  const seen = new Map<string, Set<string>>();
  for (const change of changes) {
    const matching = routes.filter((route) => matchesRoute(route, change));
    if (matching.length === 0) unrouted.push(change);
    for (const { sync_task_id: syncTaskId } of matching) {
      const keys = seen.get(syncTaskId) ?? new Set();
      seen.set(syncTaskId, keys);
      if (keys.has(change.key)) {
        duplicates += 1;
        continue;
      }
      keys.add(change.key);
      routed.push({ syncTaskId, change });
    }
  }
  return { routed, unrouted, duplicates };
}
