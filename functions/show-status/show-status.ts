import * as z from 'zod/mini';
import type { ConfigOf } from '#shared/config/read.ts';
import { type Clock, systemClock } from '#shared/http/clock.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { queuedInvocations } from '#shared/observability/queue.ts';
import { collectStatus } from '#shared/observability/status/collect.ts';
import type { QueuedInvocations } from '#shared/observability/where/locate.ts';
import { prepareWhere } from '#shared/observability/where/prepare.ts';
import { bucketStoreFactory } from '#shared/platform/bucket-lister.ts';
import { callInvocation, readKeyPair } from '#shared/platform/credentials.ts';
import type { HttpReply, HttpRequest } from '#shared/platform/gateway-event.ts';
import type { Services } from '#shared/platform/http.ts';
import type { Invocation } from '#shared/platform/invocation.ts';
import type { ListedBucket } from '#shared/platform/listed-bucket.ts';
import { objectStoreFactory } from '#shared/platform/object-store.ts';
import { readParameters } from '#shared/platform/parameters.ts';
import type { variables } from './variables.ts';

type Config = ConfigOf<typeof variables>;

export interface ShowStatusOptions {
  readonly clock?: Pick<Clock, 'now'>;
  /** Replaces the store that the variables name. */
  readonly store?: (config: Config, invocation: Invocation) => Promise<ObjectStore | undefined>;
  /** Replaces the stores that the routes name. */
  readonly bucket?: (bucket: ListedBucket, config: Config, invocation: Invocation, reserve: number) => ObjectStore;
}

/** GET /status takes no parameter. */
const showStatusRequest = z.strictObject({});

/** Milliseconds for each question, at most. */
const PATIENCE = 5_000;

/** GET /status: whether replication keeps up, what waits, and why. */
export function createShowStatus({
  clock = systemClock,
  store: storeOf = objectStoreFactory(),
  bucket: bucketOf = bucketStoreFactory(),
}: ShowStatusOptions = {}) {
  const now = () => clock.now();
  return async (request: HttpRequest, { config, invocation, oms }: Services<Config>): Promise<HttpReply> => {
    readParameters(showStatusRequest, request);
    const patience = Math.max(1, Math.min(PATIENCE, invocation.remainingTime / 3));
    const body = await collectStatus({
      ...prepareWhere(config, await storeOf(config, invocation)),
      storeOf: (side, route, index) => {
        const place = side === 'source' ? route.source : (route.destination ?? {});
        return bucketOf({ side, place, path: `ROUTES[${index}].${side}` }, config, invocation, 0);
      },
      showTask: (syncTaskId) => oms.showSyncTask({ syncTaskId, queryTime: now() }),
      queue: queuePort(config, invocation, now),
      periods: { redrive: config.redrivePeriod, reconcile: config.reconcilePeriod },
      threshold: config.statusThreshold,
      now,
      patience,
    });
    return { status: 200, body };
  };
}

const OWN_NAME = /show-status$/;

/** on-object-created is deployed with this function, and is named like it. */
function queuePort(
  config: Config,
  invocation: Invocation,
  now: () => number,
): (() => Promise<QueuedInvocations>) | undefined {
  const { region, functionGraphEndpoint } = config;
  const { functionName = '', packageName = 'default', alias = 'live', functionVersion } = invocation;
  if (region === undefined || !OWN_NAME.test(functionName)) return undefined;
  const projectId = invocation.projectId ?? config.projectId;
  const name = functionName.replace(OWN_NAME, 'on-object-created');
  // Only what was deployed without an alias runs the latest code.
  const qualifier = functionVersion === 'latest' ? functionVersion : `!${alias}`;
  // The agency's own, which FunctionGraph knows; keys among the variables may be of another project.
  const { credentials, deadline } = callInvocation(
    invocation,
    () => invocation.temporaryCredentials ?? readKeyPair(config, invocation),
  );
  return () =>
    queuedInvocations({
      endpoint: functionGraphEndpoint ?? `https://functiongraph.${region}.myhuaweicloud.com`,
      projectId,
      urn: `urn:fss:${region}:${projectId}:function:${packageName}:${name}:${qualifier}`,
      credentials,
      now,
      deadline,
    });
}
