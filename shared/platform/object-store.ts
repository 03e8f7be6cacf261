import type { OmsConfig } from '#shared/config/oms.ts';
import { type StateConfig, stateLocation } from '#shared/config/state.ts';
import type { DeadLetters } from '#shared/deadletters/store.ts';
import type { ObjectStoreClient } from '#shared/objectstore/client.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { callInvocation, noCredentials, readKeyPair } from './credentials.ts';
import type { Invocation } from './invocation.ts';

type StoreConfig = StateConfig & Pick<OmsConfig, 'region' | 'accessKey' | 'secretKey'>;

/**
 * The object store of one function instance: connections are kept between invocations, while credentials and deadline
 * are read from the invocation at hand. The client is loaded when it is first asked for, because most invocations of an
 * event function need none.
 *
 * @returns undefined where no state bucket is configured
 */
export function objectStoreFactory(): (
  config: StoreConfig,
  invocation: Invocation,
) => Promise<ObjectStore | undefined> {
  let shared: ObjectStoreClient | undefined;
  return async (config, invocation) => {
    const location = stateLocation(config, config.region);
    if (location === undefined) return undefined;
    if (shared === undefined) {
      const { ObjectStoreClient } = await import('#shared/objectstore/client.ts');
      const { endpoint, region } = location;
      shared = new ObjectStoreClient({ endpoint, region, credentials: noCredentials });
    }
    return shared.forInvocation(callInvocation(invocation, () => readKeyPair(config, invocation)));
  };
}

/**
 * The dead letters of one function instance, loaded when they are first asked for.
 *
 * @returns undefined where no state bucket is configured
 */
export function deadLettersFactory(): (
  config: StoreConfig,
  invocation: Invocation,
) => Promise<DeadLetters | undefined> {
  const objectStore = objectStoreFactory();
  return async (config, invocation) => {
    const store = await objectStore(config, invocation);
    if (store === undefined || config.stateBucket === undefined) return undefined;
    const { DeadLetters } = await import('#shared/deadletters/store.ts');
    const { stateBucket: bucket, deadLetterPrefix: prefix, parkedPrefix } = config;
    return new DeadLetters({ store, bucket, prefix, parkedPrefix });
  };
}
