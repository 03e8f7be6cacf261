import type { ObjectChange } from '#shared/events/object-change.ts';
import type { Route } from './routes.ts';

/**
 * OMS writes its lists of copied, failed and skipped objects below this prefix of the destination bucket. Where that
 * bucket is a source too, replicating them would make OMS write further lists, without end.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html
 */
export const OMS_RESULT_PREFIX = 'oms/sync_task/';

type FilterReason = 'oms_result_list' | 'own_state';

export interface Filtered {
  readonly kept: readonly ObjectChange[];
  readonly ignored: readonly { readonly change: ObjectChange; readonly reason: FilterReason }[];
}

/** Objects that this project itself writes: dead letters, reports. */
export interface OwnState {
  readonly bucket: string;
  readonly prefixes: readonly string[];
}

/**
 * Drops what no route should see.
 *
 * @param state without it, the notification of a dead letter could become the next dead letter, without end
 */
export function filterChanges(
  changes: readonly ObjectChange[],
  routes: readonly Route[],
  state?: OwnState | undefined,
): Filtered {
  const destinations = new Set(routes.map((route) => route.destination?.bucket));
  const reasonOf = ({ bucket, key }: ObjectChange): FilterReason | undefined => {
    if (key.startsWith(OMS_RESULT_PREFIX) && destinations.has(bucket)) return 'oms_result_list';
    if (bucket === state?.bucket && state.prefixes.some((prefix) => key.startsWith(prefix))) return 'own_state';
    return undefined;
  };
  const kept: ObjectChange[] = [];
  const ignored: { change: ObjectChange; reason: FilterReason }[] = [];
  for (const change of changes) {
    const reason = reasonOf(change);
    if (reason === undefined) kept.push(change);
    else ignored.push({ change, reason });
  }
  return { kept, ignored };
}
