import type { ConfigOf } from '#shared/config/read.ts';
import { type Clock, systemClock } from '#shared/http/clock.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { locate } from '#shared/observability/where/locate.ts';
import { prepareWhere } from '#shared/observability/where/prepare.ts';
import { bucketStoreFactory } from '#shared/platform/bucket-lister.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import type { Invocation } from '#shared/platform/invocation.ts';
import type { ListedBucket } from '#shared/platform/listed-bucket.ts';
import { objectStoreFactory } from '#shared/platform/object-store.ts';
import { readRequest } from './request.ts';
import type { variables } from './variables.ts';

type Config = ConfigOf<typeof variables>;

export interface ShowObjectOptions {
  readonly clock?: Pick<Clock, 'now'>;
  /** Replaces the store that the variables name. */
  readonly store?: (config: Config, invocation: Invocation) => Promise<ObjectStore | undefined>;
  /** Replaces the stores that the routes name. */
  readonly bucket?: (bucket: ListedBucket, config: Config, invocation: Invocation, reserve: number) => ObjectStore;
}

/** Milliseconds for each of the two rounds of questions, at most. */
const PATIENCE = 5_000;

/**
 * GET /objects: where an object is. What only FunctionGraph's control plane and the logs tell is unknown here; the command
 * asks them.
 */
export function createShowObject({
  clock = systemClock,
  store: storeOf = objectStoreFactory(),
  bucket: bucketOf = bucketStoreFactory(),
}: ShowObjectOptions = {}) {
  const now = () => clock.now();
  return async (request: HttpRequest, { config, invocation, oms }: Services<Config>): Promise<HttpReply> => {
    const object = readRequest(request);
    const patience = Math.max(1, Math.min(PATIENCE, invocation.remainingTime / 3));
    const body = await locate({
      ...object,
      ...prepareWhere(config, await storeOf(config, invocation)),
      storeOf: (side, route, index) => {
        const place = side === 'source' ? route.source : (route.destination ?? {});
        return bucketOf({ side, place, path: `ROUTES[${index}].${side}` }, config, invocation, 0);
      },
      showTask: (syncTaskId) => oms.showSyncTask({ syncTaskId, queryTime: now() }),
      now,
      patience,
    });
    return { status: 200, body };
  };
}
