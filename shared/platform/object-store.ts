import type { OmsConfig } from '#shared/config/oms.ts';
import { type StateConfig, stateLocation } from '#shared/config/state.ts';
import type { DeadLetters } from '#shared/deadletters/store.ts';
import { AppError } from '#shared/errors/base.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import type { ObjectStoreClient } from '#shared/objectstore/client.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { Invocation } from './invocation.ts';

/** Milliseconds that the client leaves of the invocation's time, so that the function can still answer. */
const RESERVE = 500;

/** The function can sign nothing for the object store. */
export class MissingKeyPairError extends AppError {
  override readonly name = 'MissingKeyPairError';

  constructor() {
    super(
      500,
      'OmsSync.MissingCredentials',
      'No key pair for the object store: give the function an agency, or set the encrypted variables OMS_ACCESS_KEY ' +
        'and OMS_SECRET_KEY. An IAM token alone signs no request of an object store.',
    );
  }

  override get publicMessage(): string {
    return 'The function is not configured correctly. See the function log.';
  }
}

type StoreConfig = StateConfig & Pick<OmsConfig, 'region' | 'accessKey' | 'secretKey'>;

/** Clients that outlive an invocation hold no credentials. */
function noCredentials(): never {
  throw new MissingKeyPairError();
}

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
    const credentials = () => {
      const current = readKeyPair(config, invocation);
      invocation.log.conceal(Object.values(current));
      return current;
    };
    const deadline = () => invocation.remainingTime - RESERVE;
    if (shared === undefined) {
      const client = await import('#shared/objectstore/client.ts');
      shared = new client.ObjectStoreClient({
        endpoint: location.endpoint,
        region: location.region,
        credentials: noCredentials,
      });
    }
    return shared.forInvocation({ credentials, deadline });
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

/**
 * Reads credentials as readCredentials does, but only key pairs.
 *
 * @throws MissingKeyPairError
 */
export function readKeyPair(
  { accessKey, secretKey }: Pick<StoreConfig, 'accessKey' | 'secretKey'>,
  invocation: Invocation,
): KeyPair {
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  const temporary = invocation.temporaryCredentials;
  if (temporary) return temporary;
  throw new MissingKeyPairError();
}
