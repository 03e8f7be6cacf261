import { type Answer, isNotHttp, isTlsRefusal, type Sender, TransportFailure } from '#shared/http/transport.ts';
import { readRequestId, readStoreCode, toStoreError } from './answer.ts';
import { secretsOf } from './credentials.ts';
import { locate, type StoreEndpoint } from './endpoint.ts';
import {
  MalformedListingError,
  ObjectStoreConnectionError,
  ObjectStoreDeadlineError,
  type ObjectStoreError,
  type ObjectStoreErrorFields,
  ObjectStoreMalformedResponseError,
  ObjectStoreTimeoutError,
  ObjectTooLargeError,
} from './errors.ts';
import { CLIENT_LIMITS } from './limits.ts';
import type { Addressing } from './providers.ts';
import { encodeQuery, type QueryParameter, type SigV4Signer, type StoreCredentials } from './sigv4.ts';

/** One call of an operation, without its credentials. All of them may be repeated. */
export interface Call<T> {
  /** As S3 names it. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly bucket: string;
  /** Checked; absent for the bucket itself. */
  readonly key?: string;
  readonly query?: readonly QueryParameter[];
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses of a success; 200 by default. Every other of 2xx is an answer that nobody can rely on. */
  readonly documented?: readonly number[];
  /** Of the answer. */
  readonly maxBytes: number;
  /** An object that is larger than that, or an answer that cannot be one. */
  readonly tooLarge: 'object' | 'answer';
  /**
   * Makes of a successful answer what the call is for.
   *
   * @throws MalformedAnswer, MalformedListingError: the call is made again
   */
  readonly read: (answer: Answer) => T;
}

/** A success that is none. Its message says what is wrong, and has none of the answer's text. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** What one request of a call needs; all times in milliseconds. */
export interface ExchangeContext {
  readonly sender: Sender;
  readonly endpoint: StoreEndpoint;
  readonly addressing: Addressing;
  readonly signer: SigV4Signer;
  /** Whether the store understands temporary keys. */
  readonly sendsToken: boolean;
  readonly timeout: number;
  readonly now: () => number;
}

export interface Succeeded<T> {
  readonly value: T;
  readonly status: number;
}

export interface Failed {
  readonly error: ObjectStoreError;
  /** The same call may be made again now. */
  readonly repeat: boolean;
  readonly stale: boolean;
  /** The store may have done what was asked of it. */
  readonly uncertain: boolean;
  readonly status: number | undefined;
}

export interface AttemptState {
  readonly attempts: number;
  readonly remaining: number;
  readonly freshConnection: boolean;
  /** An earlier attempt was uncertain. */
  readonly afterUncertain: boolean;
}

/**
 * Makes one request of a call.
 *
 * @param now the moment of sending
 * @throws nothing that the store or the network did
 */
export async function exchange<T>(
  call: Call<T>,
  context: ExchangeContext,
  credentials: StoreCredentials,
  state: AttemptState,
  now: number,
): Promise<Succeeded<T> | Failed> {
  const { operation, bucket, body = NO_BODY } = call;
  const { attempts, afterUncertain } = state;
  let answer: Answer;
  try {
    answer = await context.sender.send({
      ...requestOf(call, context, credentials, now),
      body,
      timeout: Math.min(context.timeout, state.remaining),
      freshConnection: state.freshConnection,
      maxBytes: call.maxBytes,
      maxErrorBytes: CLIENT_LIMITS.documentBytes,
    });
  } catch (failure) {
    if (!(failure instanceof TransportFailure)) throw failure;
    // The status alone tells enough of a refusal that is too long to be read.
    if (failure.kind !== 'too_large' || (failure.status ?? 0) < 300)
      return transportFailed(call, context, failure, state);
    answer = { status: failure.status ?? 0, headers: {}, body: Buffer.alloc(0) };
  }
  const { status } = answer;
  const secrets = secretsOf(credentials);
  if (status < 200 || status > 299) {
    const isObject = call.key !== undefined;
    const answered = { operation, bucket, isObject, secrets, attempts, afterUncertain };
    const error = toStoreError(answer, answered, context.now());
    // A throttled request was turned away before it was looked at; of any other failure a store, or a proxy that lost
    // it midway, does not say how far it came.
    const uncertain = error.retryable && status !== 429;
    return { error, repeat: error.retryable, stale: false, uncertain, status };
  }
  try {
    const { documented = [200] } = call;
    if (!documented.includes(status))
      throw new MalformedAnswer(`has the status ${status}, where ${documented[0]} is documented`);
    return { value: call.read(answer), status };
  } catch (failure) {
    const requestId = readRequestId(answer.headers, secrets);
    const storeCode = readStoreCode(answer, secrets);
    const told = { operation, bucket, storeStatus: status, storeCode, requestId };
    const error = malformed(failure, { ...told, attempts, afterUncertain, retryable: true });
    return { error, repeat: true, stale: false, uncertain: true, status };
  }
}

const NO_BODY = new Uint8Array();

function requestOf<T>(call: Call<T>, context: ExchangeContext, credentials: StoreCredentials, now: number) {
  const { method, bucket, key } = call;
  const { hostname, host, path } = locate(context.endpoint, context.addressing, bucket, key);
  const query = encodeQuery(call.query ?? []);
  const { securityToken, ...keyPair } = credentials;
  const headers = context.signer.sign(
    { method, path, query, headers: { ...call.headers, host } },
    context.sendsToken && securityToken !== undefined ? { ...keyPair, securityToken } : keyPair,
    now,
  );
  return { method, hostname, target: query === '' ? path : `${path}?${query}`, headers };
}

function malformed(failure: unknown, fields: ObjectStoreErrorFields): ObjectStoreError {
  if (failure instanceof MalformedListingError) return new MalformedListingError(failure.reason, fields);
  if (failure instanceof MalformedAnswer) return new ObjectStoreMalformedResponseError(failure.message, fields);
  throw failure;
}

function transportFailed<T>(
  call: Call<T>,
  context: ExchangeContext,
  failure: TransportFailure,
  { attempts, remaining, afterUncertain }: AttemptState,
): Failed {
  const { operation, bucket } = call;
  const { kind, code, status } = failure;
  const fields = {
    operation,
    bucket,
    storeStatus: status,
    attempts,
    afterUncertain,
    retryable: !isTlsRefusal(code),
    cause: failure,
  };
  const uncertain = failure.sent;
  const give = (error: ObjectStoreError, repeat: boolean): Failed => ({
    error,
    repeat,
    stale: failure.stale,
    uncertain,
    status,
  });
  if (kind === 'too_large')
    return give(
      call.tooLarge === 'object'
        ? new ObjectTooLargeError(call.maxBytes, { ...fields, retryable: false })
        : new ObjectStoreMalformedResponseError('is too large', fields),
      false,
    );
  if (isNotHttp(code)) return give(new ObjectStoreMalformedResponseError('is not HTTP', fields), false);
  if (kind === 'timeout')
    return remaining <= context.timeout
      ? give(new ObjectStoreDeadlineError(fields), false)
      : give(new ObjectStoreTimeoutError(context.timeout, fields), true);
  return give(new ObjectStoreConnectionError(code, fields), fields.retryable);
}
