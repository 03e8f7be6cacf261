import { AppError } from '#shared/errors/base.ts';
import type { Invocation } from '#shared/http/client-options.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import type { Logger } from '#shared/logging/logger.ts';
import type { OmsCredentials } from '#shared/oms/credentials.ts';
import type { RuntimeContext } from './context.ts';

/** Milliseconds that a client leaves of the invocation's time, so that the function can still answer. */
const RESERVE = 500;

const NO_CREDENTIALS =
  'No credentials for OMS: give the function an agency, or set the encrypted variables OMS_ACCESS_KEY and ' +
  'OMS_SECRET_KEY, or OMS_AUTH_TOKEN.';
const NO_KEY_PAIR =
  'No key pair for the object store: give the function an agency, or set the encrypted variables OMS_ACCESS_KEY ' +
  'and OMS_SECRET_KEY. An IAM token alone signs no request of an object store.';

/** The function has neither an agency nor keys of its own. */
export class MissingCredentialsError extends AppError {
  override readonly name = 'MissingCredentialsError';

  constructor(message = NO_CREDENTIALS) {
    super(500, 'OmsSync.MissingCredentials', message);
  }

  override get publicMessage(): string {
    return 'The function is not configured correctly. See the function log.';
  }
}

/** Clients that outlive an invocation hold no credentials. */
export function noCredentials(): never {
  throw new MissingCredentialsError();
}

/**
 * The parts of an invocation that a client needs: its credentials, known to its log before they are used, and its time.
 *
 * @param read the credentials of the moment
 * @param reserve milliseconds to leave for what comes after the calls
 */
export function callInvocation<K extends object>(
  invocation: RuntimeContext & { readonly log: Pick<Logger, 'conceal'> },
  read: () => K,
  reserve = 0,
): Required<Invocation<K>> {
  const credentials = () => {
    const current = read();
    invocation.log.conceal(Object.values(current));
    return current;
  };
  return { credentials, deadline: () => invocation.remainingTime - RESERVE - reserve };
}

interface KeyVariables {
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
}

/**
 * The credentials of this moment: variables where they are set, else those of the agency, read from the context
 * anew on every call (the platform replaces them at any time).
 *
 * @throws MissingCredentialsError where there are none
 */
export function readCredentials(
  config: KeyVariables & { readonly authToken?: string | undefined },
  context: RuntimeContext,
): OmsCredentials {
  const { accessKey, secretKey, authToken } = config;
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  const credentials = authToken === undefined ? context.temporaryCredentials : { authToken };
  if (credentials) return credentials;
  throw new MissingCredentialsError();
}

/**
 * Reads credentials as readCredentials does, but only key pairs.
 *
 * @throws MissingCredentialsError
 */
export function readKeyPair({ accessKey, secretKey }: KeyVariables, context: RuntimeContext): KeyPair {
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  const temporary = context.temporaryCredentials;
  if (temporary) return temporary;
  throw new MissingCredentialsError(NO_KEY_PAIR);
}

/** Every secret that the context holds at this moment, to be concealed in log lines. */
export function contextSecrets(context: RuntimeContext): string[] {
  const temporary = context.temporaryCredentials;
  return [temporary?.accessKey, temporary?.secretKey, temporary?.securityToken, context.token].filter(
    (secret) => secret !== undefined,
  );
}
