import { encodeOmsKey } from '#shared/encoding/encode.ts';
import type { RoutedChange } from './route.ts';

export interface BatchItem {
  readonly index: number;
  readonly key: string;
}

export interface Batch {
  readonly syncTaskId: string;
  readonly items: readonly BatchItem[];
}

/**
 * Groups items by sync task, in order.
 *
 * @param size most keys per batch
 * @returns batches whose items' indexes are positions in `items`, each exactly once
 */
export function toBatches(items: readonly SyncItem[], size: number): Batch[] {
  const open = new Map<string, BatchItem[]>();
  const batches: Batch[] = [];
  for (const [index, { syncTaskId, key }] of items.entries()) {
    let current = open.get(syncTaskId);
    if (current === undefined || current.length >= size) {
      current = [];
      open.set(syncTaskId, current);
      batches.push({ syncTaskId, items: current });
    }
    current.push({ index, key });
  }
  return batches;
}

/**
 * The same batches in an order in which tasks take turns, so that a task with many batches, or one that fails, does not
 * keep the others waiting.
 *
 * @param start 0 to 1: where each task's batches, and the tasks, begin; what is before it comes last
 */
export function inTurns(batches: readonly Batch[], start: number): Batch[] {
  const byTask = groupBy(batches, ({ syncTaskId }) => syncTaskId);
  const tasks = rotated<readonly Batch[]>(byTask, start).map((own) => rotated(own, start));
  const rounds = Math.max(0, ...tasks.map((own) => own.length));
  return Array.from({ length: rounds }, (_, round) => tasks.flatMap((own) => own[round] ?? [])).flat();
}

function rotated<T>(list: readonly T[], start: number): T[] {
  const first = Math.floor(start * list.length) || 0;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** One key of one sync task, ready to be sent. */
export interface SyncItem {
  readonly syncTaskId: string;
  readonly key: string;
}

/** The items in the order of the changes. The keys were checked when they were decoded, so none is refused here. */
export function encodeChanges(routed: readonly RoutedChange[]): SyncItem[] {
  return routed.map(({ syncTaskId, change }) => ({ syncTaskId, key: encodeOmsKey(change.key) }));
}

/** Groups in the order in which their first members come. */
export function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): [T, ...T[]][] {
  const byName = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = byName.get(nameOf(item));
    if (group) group.push(item);
    else byName.set(nameOf(item), [item]);
  }
  return [...byName.values()];
}
