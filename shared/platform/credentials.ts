import { AppError } from '#shared/errors/base.ts';
import type { OmsCredentials } from '#shared/oms/credentials.ts';
import type { RuntimeContext } from './context.ts';

/** The function has neither an agency nor keys of its own. */
export class MissingCredentialsError extends AppError {
  override readonly name = 'MissingCredentialsError';

  constructor() {
    super(
      500,
      'OmsSync.MissingCredentials',
      'No credentials for OMS: give the function an agency, or set the encrypted variables OMS_ACCESS_KEY and ' +
        'OMS_SECRET_KEY, or OMS_AUTH_TOKEN.',
    );
  }

  override get publicMessage(): string {
    return 'The function is not configured correctly. See the function log.';
  }
}

/**
 * The credentials of this moment: variables where they are set, else those of the agency, read from the context
 * anew on every call (the platform replaces them at any time).
 *
 * @throws MissingCredentialsError where there are none
 */
export function readCredentials(
  config: {
    readonly accessKey?: string | undefined;
    readonly secretKey?: string | undefined;
    readonly authToken?: string | undefined;
  },
  context: RuntimeContext,
): OmsCredentials {
  const { accessKey, secretKey, authToken } = config;
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  if (authToken !== undefined) return { authToken };
  const temporary = context.temporaryCredentials;
  if (temporary) return temporary;
  throw new MissingCredentialsError();
}

/** Every secret that the context holds at this moment, to be concealed in log lines. */
export function contextSecrets(context: RuntimeContext): string[] {
  const temporary = context.temporaryCredentials;
  return [temporary?.accessKey, temporary?.secretKey, temporary?.securityToken, context.token].filter(
    (secret) => secret !== undefined,
  );
}
