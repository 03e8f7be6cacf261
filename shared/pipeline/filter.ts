import type { ObjectChange } from '#shared/events/object-change.ts';
import type { Route } from './routes.ts';

/**
 * Below this prefix of the destination bucket OMS writes its lists of copied, failed and skipped objects. Where that
 * bucket is a source too, replicating them would make OMS write further lists, without end.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html
 */
export const OMS_RESULT_PREFIX = 'oms/sync_task/';

export interface Filtered {
  readonly kept: readonly ObjectChange[];
  /** Changes that must not be replicated, each with its reason. */
  readonly ignored: readonly { readonly change: ObjectChange; readonly reason: 'oms_result_list' }[];
}

/** Drops what no route should see. */
export function filterChanges(changes: readonly ObjectChange[], routes: readonly Route[]): Filtered {
  const destinations = new Set(routes.map((route) => route.destination?.bucket));
  const kept: ObjectChange[] = [];
  const ignored: { change: ObjectChange; reason: 'oms_result_list' }[] = [];
  for (const change of changes) {
    if (change.key.startsWith(OMS_RESULT_PREFIX) && destinations.has(change.bucket))
      ignored.push({ change, reason: 'oms_result_list' });
    else kept.push(change);
  }
  return { kept, ignored };
}
