import type { SyncItem } from './encode.ts';

/** A key of a batch, with the index by which its outcome is reported. */
export interface BatchItem {
  readonly index: number;
  readonly key: string;
}

/** What one OMS call carries. */
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
