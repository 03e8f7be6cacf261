import { makeCall } from '#shared/http/call.ts';
import type { CallContext } from '#shared/http/client-options.ts';
import { readRequestId } from '#shared/http/scrub.ts';
import { type Loss, type SignedCall, UnexpectedAnswer } from '#shared/http/signed-call.ts';
import type { Answer as HttpAnswer } from '#shared/http/transport.ts';
import { type Answer, toResponseError, toUnexpectedAnswer } from './answer.ts';
import { checkCredentials, type OmsCredentials, omsSecrets } from './credentials.ts';
import {
  AmbiguousCreateError,
  OmsConnectionError,
  OmsDeadlineError,
  type OmsError,
  OmsMalformedResponseError,
  OmsTimeoutError,
} from './errors.ts';
import { CLIENT_LIMITS } from './limits.ts';
import { authorization, encodeQuery, sdkDate } from './sign.ts';

/** One call of an operation, without its credentials. */
export interface Call<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Strictly encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** False where repeating the call would do more than making it once. */
  readonly repeatable?: boolean;
  readonly secrets?: readonly string[];
  /**
   * Makes of the body of a 200 what the call is for.
   *
   * @throws UnexpectedAnswer for anything but the answer that the vendor documents
   */
  readonly read: (body: string) => T;
}

export interface OmsCallContext extends CallContext {
  readonly host: string;
  readonly projectId: string;
  readonly credentials: () => OmsCredentials;
}

export interface Success<T> {
  readonly value: T;
  readonly requestId: string | undefined;
  readonly attempts: number;
}

/** @throws OmsError, or what `credentials` throws */
export function callOms<T>(call: Call<T>, context: OmsCallContext): Promise<Success<T>> {
  const { method, path, query, body = '', repeatable = true, secrets = [] } = call;
  const allSecrets = (credentials: OmsCredentials): string[] => [...omsSecrets(credentials), ...secrets];
  const signed: SignedCall<OmsCredentials, Success<T>> = {
    repeatable,
    documented: DOCUMENTED,
    credentials: (attempts) => checkCredentials(context.credentials(), attempts),
    sign: (credentials, now) => ({
      method,
      target: query === undefined || query.length === 0 ? path : `${path}?${encodeQuery(query)}`,
      headers: headersOf(call, context, credentials, now),
      body,
      maxBytes: CLIENT_LIMITS.responseBytes,
    }),
    read: (answer, { credentials, attempts }) => {
      const value = call.read(answer.body.toString('utf8'));
      return { value, requestId: readRequestId(answer.headers['x-request-id'], omsSecrets(credentials)), attempts };
    },
    refused: (answer, { credentials, attempts, afterUncertain }) => {
      const all = allSecrets(credentials);
      const error = toResponseError(readAnswer(answer), all, attempts, context.now(), afterUncertain);
      return { error, retryable: error.retryable, retryAfter: error.retryAfter };
    },
    unexpected: (failure, answer, { credentials, attempts }) => {
      if (!(failure instanceof UnexpectedAnswer)) throw failure;
      return toUnexpectedAnswer(readAnswer(answer), allSecrets(credentials), attempts, failure.message);
    },
    lost: (loss, { attempts }) => lost(loss, attempts, context.timeout),
    // The status alone tells enough of a refusal whose body did not arrive.
    isRefusal: ({ status = 0 }) => status >= 400,
    ambiguous: (error) => new AmbiguousCreateError(error as OmsError),
  };
  return makeCall(signed, context);
}

const DOCUMENTED = [200];

function readAnswer({ status, headers, body }: HttpAnswer): Answer {
  const requestId = headers['x-request-id'];
  return {
    status,
    body: body.toString('utf8'),
    retryAfter: headers['retry-after'],
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

const CONTENT_TYPE = 'application/json';

/** Written out for each kind of credentials, because collecting headers one by one costs as much as hashing does. */
function headersOf<T>(
  call: Call<T>,
  { host, projectId }: OmsCallContext,
  credentials: OmsCredentials,
  now: number,
): Readonly<Record<string, string>> {
  if ('authToken' in credentials)
    return { 'content-type': CONTENT_TYPE, host, 'x-project-id': projectId, 'x-auth-token': credentials.authToken };
  const date = sdkDate(new Date(now));
  const token = credentials.securityToken;
  const headers: Record<string, string> = token
    ? { 'content-type': CONTENT_TYPE, host, 'x-project-id': projectId, 'x-sdk-date': date, 'x-security-token': token }
    : { 'content-type': CONTENT_TYPE, host, 'x-project-id': projectId, 'x-sdk-date': date };
  headers['authorization'] = authorization(call, headers, credentials);
  return headers;
}

function lost({ kind, reason, retryable, status, cause }: Loss, attempts: number, timeout: number): OmsError {
  const fields = { attempts, retryable, cause, omsStatus: status };
  if (kind === 'too_large' || kind === 'malformed') return new OmsMalformedResponseError(reason, fields);
  if (kind === 'timeout') return new OmsTimeoutError(timeout, fields);
  return kind === 'deadline' ? new OmsDeadlineError(fields) : new OmsConnectionError(reason, fields);
}
