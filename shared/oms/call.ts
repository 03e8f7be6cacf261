import { backoff } from '#shared/http/retry.ts';
import {
  type Answer as HttpAnswer,
  isNotHttp,
  isTlsRefusal,
  type Sender,
  TransportFailure,
} from '#shared/http/transport.ts';
import { type Answer, readRequestId, toResponseError, toUnexpectedAnswer } from './answer.ts';
import { checkCredentials, type OmsCredentials, secretsOf } from './credentials.ts';
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
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Strictly encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Repeating the call changes nothing. */
  readonly idempotent: boolean;
  /** Texts of the body that must not appear in an error. */
  readonly secrets?: readonly string[];
  /**
   * Makes of the body of a 200 what the call is for.
   *
   * @throws UnexpectedBody for anything but the answer that the vendor documents
   */
  readonly read: (body: string) => T;
}

/** What the attempts of a call need; all times in milliseconds. */
export interface CallContext {
  readonly transport: Sender;
  readonly host: string;
  readonly projectId: string;
  /** Read anew for every attempt. */
  readonly credentials: () => OmsCredentials;
  /** What is left. */
  readonly deadline: () => number;
  readonly timeout: number;
  readonly maxAttempts: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface Success<T> {
  readonly value: T;
  readonly requestId: string | undefined;
  readonly attempts: number;
}

/** A body of 200 that is not what the vendor documents. Its message continues `The answer of OMS ...`. */
export class UnexpectedBody extends Error {
  override readonly name = 'UnexpectedBody';
}

/**
 * Makes a call: attempts, each signed afresh with the credentials of its moment, until one succeeds, none can help, or
 * the attempts or the time are used up.
 *
 * @throws OmsError, or what `credentials` throws
 */
export async function makeCall<T>(call: Call<T>, context: CallContext): Promise<Success<T>> {
  let attempts = 0;
  // Attempts that count towards maxAttempts: finding out that an idle connection was closed does not.
  let counted = 0;
  // Of a kept connection that breaks nobody can say whether the server closed it before the request came, so what must
  // not be repeated gets a new one.
  let freshConnection = !call.idempotent;
  let last: OmsError | undefined;
  let afterUncertain = false;
  for (;;) {
    const remaining = context.deadline();
    if (!(remaining > 0)) throw new OmsDeadlineError({ attempts, retryable: true, cause: last });
    const credentials = context.credentials();
    checkCredentials(credentials, attempts);
    attempts += 1;
    counted += 1;
    const outcome: Success<T> | Failed = await attempt(call, context, credentials, {
      attempts,
      remaining,
      freshConnection,
      afterUncertain,
    });
    if (!('error' in outcome)) return outcome;
    const { error } = outcome;
    last = error;
    afterUncertain ||= outcome.uncertain;
    if (outcome.stale) {
      counted -= 1;
      freshConnection = true;
      continue;
    }
    if (!outcome.repeat || counted >= context.maxAttempts) throw error;
    const { retryAfter } = error;
    const delay = backoff(counted, context.random(), retryAfter);
    // The error says more than a deadline would, and carries Retry-After to our own caller.
    if ((retryAfter ?? 0) * 1000 > CLIENT_LIMITS.retryAfterCap || delay >= context.deadline()) throw error;
    await context.sleep(delay);
  }
}

interface Failed {
  readonly error: OmsError;
  /** The same call may be made again now. */
  readonly repeat: boolean;
  readonly stale: boolean;
  /** OMS may have done what was asked of it. */
  readonly uncertain: boolean;
}

interface AttemptState {
  readonly attempts: number;
  readonly remaining: number;
  readonly freshConnection: boolean;
  /** An earlier attempt was uncertain. */
  readonly afterUncertain: boolean;
}

async function attempt<T>(
  call: Call<T>,
  context: CallContext,
  credentials: OmsCredentials,
  state: AttemptState,
): Promise<Success<T> | Failed> {
  const started = context.now();
  const query = call.query === undefined || call.query.length === 0 ? '' : `?${encodeQuery(call.query)}`;
  let answer: Answer;
  let failed: Failed | undefined;
  try {
    const sent = await context.transport.send({
      method: call.method,
      target: call.path + query,
      headers: headersOf(call, context, credentials, started),
      body: call.body,
      timeout: Math.min(context.timeout, state.remaining),
      freshConnection: state.freshConnection,
      maxBytes: CLIENT_LIMITS.responseBytes,
    });
    answer = readAnswer(sent);
  } catch (failure) {
    if (!(failure instanceof TransportFailure)) throw failure;
    // The status alone tells enough of a refusal whose body did not arrive.
    answer = { status: failure.status ?? 0, body: '', retryAfter: undefined, requestId: undefined };
    if (answer.status < 400) failed = transportFailed(call, context, failure, state);
  }
  const secrets = secretsOf(credentials);
  return failed ?? settle(call, context, secrets, answer, state);
}

/** What an answer means: 200 alone, with the body that is documented, is a success. */
function settle<T>(
  call: Call<T>,
  context: CallContext,
  secrets: readonly string[],
  answer: Answer,
  state: AttemptState,
): Success<T> | Failed {
  const { status, body } = answer;
  if (status < 200 || status > 299) return refused(call, context, secrets, answer, state);
  try {
    if (status !== 200) throw new UnexpectedBody(`has the status ${status}, where 200 is documented`);
    const value = call.read(body);
    const requestId = answer.requestId === undefined ? undefined : readRequestId(answer.requestId, secrets);
    return { value, requestId, attempts: state.attempts };
  } catch (failure) {
    if (!(failure instanceof UnexpectedBody)) throw failure;
    const error = toUnexpectedAnswer(answer, [...secrets, ...(call.secrets ?? [])], state.attempts, failure.message);
    return failedWith(call, error, { repeat: true, uncertain: true });
  }
}

/** What must not be repeated, and may have been done, is ambiguous. */
function failedWith<T>(
  call: Call<T>,
  error: OmsError,
  { repeat, uncertain, stale = false }: Pick<Failed, 'repeat' | 'uncertain'> & { readonly stale?: boolean },
): Failed {
  return !call.idempotent && uncertain
    ? { error: new AmbiguousCreateError(error), repeat: false, stale: false, uncertain }
    : { error, repeat, stale, uncertain };
}

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

/**
 * Written out for each kind of credentials, because collecting headers one by one costs as much as hashing does.
 */
function headersOf<T>(
  call: Call<T>,
  { host, projectId }: CallContext,
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

function refused<T>(
  call: Call<T>,
  context: CallContext,
  secrets: readonly string[],
  answer: Answer,
  { attempts, afterUncertain }: AttemptState,
): Failed {
  const all = [...secrets, ...(call.secrets ?? [])];
  const error = toResponseError(answer, all, attempts, context.now(), afterUncertain);
  // A throttled request was turned away before it was looked at. After any other failure of the server its work may be
  // done: the vendor documents no 503 for creating, and a gateway also answers it when it lost the server midway.
  return failedWith(call, error, { repeat: error.retryable, uncertain: error.retryable && answer.status !== 429 });
}

function transportFailed<T>(
  call: Call<T>,
  context: CallContext,
  failure: TransportFailure,
  { attempts, remaining }: AttemptState,
): Failed {
  const fields = { attempts, retryable: !isTlsRefusal(failure.code), cause: failure, omsStatus: failure.status };
  let error: OmsError;
  let repeat = fields.retryable;
  if (failure.kind === 'too_large' || isNotHttp(failure.code)) {
    error = new OmsMalformedResponseError(failure.kind === 'too_large' ? 'is too large' : 'is not HTTP', fields);
    repeat = false;
  } else if (failure.kind === 'timeout') {
    error = remaining <= context.timeout ? new OmsDeadlineError(fields) : new OmsTimeoutError(context.timeout, fields);
    repeat = error instanceof OmsTimeoutError;
  } else {
    error = new OmsConnectionError(failure.code, fields);
  }
  return failedWith(call, error, { repeat, stale: failure.stale, uncertain: failure.sent });
}
