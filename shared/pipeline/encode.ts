import { encodeOmsKey } from '#shared/encoding/encode.ts';
import type { RoutedChange } from './route.ts';

/** One key of one sync task, ready to be sent. */
export interface SyncItem {
  readonly syncTaskId: string;
  readonly key: string;
}

/** The items in the order of the changes. The keys were checked when they were decoded, so none is refused here. */
export function encodeChanges(routed: readonly RoutedChange[]): SyncItem[] {
  return routed.map(({ syncTaskId, change }) => ({ syncTaskId, key: encodeOmsKey(change.key) }));
}
