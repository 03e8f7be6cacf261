import type { ObjectKey } from '#shared/encoding/object-key.ts';
import { FAILURES } from '#shared/pipeline/failures.ts';
import { filterChanges, type OwnState } from '#shared/pipeline/filter.ts';
import { matchesRoute } from '#shared/pipeline/route.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import type { Station } from '../station.ts';
import { station } from './ask.ts';

export interface NamedObject {
  readonly bucket: string;
  readonly key: ObjectKey;
}

export interface Routing {
  readonly trigger: Station<'trigger'>;
  /** Indexes of the routes that match. */
  readonly matching: readonly number[];
}

const FILTERED = {
  oms_result_list: 'OMS writes its lists of results there, so no object below it is submitted.',
  own_state: 'The functions keep their own state there, so no object below it is submitted.',
} as const;

/** Finds out what the filter and the routes of on-object-created do with a notification of the object. */
export function readRouting({ bucket, key }: NamedObject, routes: readonly Route[], state?: OwnState): Routing {
  const change = { source: 'obs', bucket, key, eventName: 'ObjectCreated:Put', path: '' } as const;
  const [ignored] = filterChanges([change], routes, state).ignored;
  const nothing = (kind: 'not_routed' | 'filtered', code: string, message: string, remedy: string): Routing => ({
    trigger: station('trigger', kind, message, { cause: { code, message, remedy } }),
    matching: [],
  });
  if (ignored)
    return nothing('filtered', 'OmsSync.OwnObject', FILTERED[ignored.reason], 'Give objects of yours another prefix.');
  const matching = routes.flatMap((route, index) => (matchesRoute(route, change) ? [index] : []));
  if (matching.length > 0) {
    const names = matching.map((index) => routes[index]?.name ?? routes[index]?.sync_task_id);
    return { trigger: station('trigger', 'routed', `Routed by ${names.join(', ')}.`), matching };
  }
  if (!routes.some(({ source }) => source.bucket === bucket))
    return nothing(
      'not_routed',
      'OmsSync.NoRoute',
      'No route names the bucket: its notifications become dead letters.',
      FAILURES['OmsSync.NoRoute'].remedy,
    );
  return nothing(
    'not_routed',
    'OmsSync.NotRouted',
    'Routes name the bucket, and none has a prefix that the key begins with.',
    'Nothing where that is meant. Else correct the prefixes in ROUTES, deploy, and reconcile.',
  );
}
