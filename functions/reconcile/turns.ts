import { STATE_PREFIXES } from '#shared/config/state.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { WantedRoute } from './request.ts';

/** A route, and since when nobody has worked at it. */
export interface Turn extends WantedRoute {
  /** Milliseconds since the epoch; 0 for a route that was never reconciled. */
  readonly waitingSince: number;
}

/** Routes that are asked for at a time. */
const CONCURRENCY = 16;

/**
 * The order of routes: the one that has waited longest is the first. A route whose checkpoint was written last, for it
 * took all the time of the last run, so is the last of this one.
 *
 * @throws ObjectStoreError
 */
export async function turnsOf(
  routes: readonly WantedRoute[],
  { store, bucket }: { readonly store: Pick<ObjectStore, 'headObject'>; readonly bucket: string },
): Promise<Turn[]> {
  const turns: Turn[] = [];
  const queue = routes.values();
  const worker = async (): Promise<void> => {
    for (const each of queue) {
      const key = `${STATE_PREFIXES.reconcile}${each.folder}/checkpoint.json`;
      const head = routes.length > 1 ? await store.headObject({ bucket, key }) : undefined;
      turns.push({ ...each, waitingSince: head?.lastModified ?? 0 });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const place = (turn: Turn): number => routes.findIndex(({ path }) => path === turn.path);
  return turns.sort((a, b) => a.waitingSince - b.waitingSince || place(a) - place(b));
}
