import { makeCall } from '#shared/http/call.ts';
import type { CallContext } from '#shared/http/client-options.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { type KeyPair, secretsOf, unusablePart } from '#shared/http/key-pair.ts';
import { type Attempt, type Loss, type SignedCall, UnexpectedAnswer } from '#shared/http/signed-call.ts';
import type { Answer } from '#shared/http/transport.ts';
import { readRequestId, readStoreCode, toStoreError } from './answer.ts';
import { locate } from './endpoint.ts';
import {
  MalformedListingError,
  ObjectStoreConnectionError,
  ObjectStoreCredentialsError,
  ObjectStoreDeadlineError,
  type ObjectStoreError,
  ObjectStoreMalformedResponseError,
  ObjectStoreTimeoutError,
  ObjectTooLargeError,
} from './errors.ts';
import type { Addressing } from './providers.ts';
import { encodeQuery, type QueryParameter, type SigV4Signer } from './sigv4.ts';

export interface Call<T> {
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly bucket: string;
  /** Checked; absent for the bucket itself. */
  readonly key?: string;
  readonly query?: readonly QueryParameter[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses of a success; 200 by default. */
  readonly documented?: readonly number[];
  readonly maxBytes: number;
  /** Whether a larger answer is a large object, or cannot be an answer of a store. */
  readonly tooLarge: 'object' | 'answer';
  /**
   * Makes of a successful answer what the call is for.
   *
   * @throws UnexpectedAnswer, MalformedListingError: the call is made again
   */
  readonly read: (answer: Answer) => T;
}

export interface StoreCallContext extends CallContext {
  readonly endpoint: Endpoint;
  readonly addressing: Addressing;
  readonly signer: SigV4Signer;
  readonly sendsToken: boolean;
  readonly credentials: () => KeyPair;
}

/** @throws ObjectStoreError, or what `credentials` throws */
export function callStore<T>(call: Call<T>, context: StoreCallContext): Promise<T> {
  const { operation, bucket } = call;
  const signed: SignedCall<KeyPair, T> = {
    repeatable: true,
    documented: call.documented ?? [200],
    credentials: (attempts) => {
      const credentials = context.credentials();
      const part = unusablePart(credentials);
      if (part !== undefined) throw new ObjectStoreCredentialsError(part, { operation, attempts, retryable: false });
      return credentials;
    },
    sign: (credentials, now) => sign(call, context, credentials, now),
    read: call.read,
    refused: (answer, { credentials, ...facts }) => {
      const isObject = call.key !== undefined;
      const answered = { operation, bucket, isObject, secrets: secretsOf(credentials), ...facts };
      const error = toStoreError(answer, answered, context.now());
      return { error, retryable: error.retryable, retryAfter: error.retryAfter };
    },
    unexpected: (failure, answer, attempt) => unexpected(call, failure, answer, attempt),
    lost: (loss, { attempts, afterUncertain }) => lost(call, loss, { attempts, afterUncertain }, context.timeout),
    // The status alone tells enough of a refusal that is too long to be read.
    isRefusal: ({ kind, status = 0 }) => kind === 'too_large' && status > 299,
  };
  return makeCall(signed, context);
}

const NO_BODY = new Uint8Array();

function sign<T>(call: Call<T>, context: StoreCallContext, credentials: KeyPair, now: number) {
  const { method, bucket, key, body = NO_BODY, maxBytes } = call;
  const { hostname, host, path } = locate(context.endpoint, context.addressing, bucket, key);
  const query = encodeQuery(call.query ?? []);
  const { securityToken, ...keyPair } = credentials;
  const headers = context.signer.sign(
    { method, path, query, headers: { ...call.headers, host } },
    context.sendsToken ? { ...keyPair, securityToken } : keyPair,
    now,
  );
  const target = query === '' ? path : `${path}?${query}`;
  return { method, hostname, target, headers, body, maxBytes, maxErrorBytes: CLIENT_LIMITS.documentBytes };
}

function unexpected<T>(
  { operation, bucket }: Call<T>,
  failure: unknown,
  answer: Answer,
  { credentials, attempts, afterUncertain }: Attempt<KeyPair>,
): ObjectStoreError {
  const secrets = secretsOf(credentials);
  const fields = {
    operation,
    bucket,
    storeStatus: answer.status,
    storeCode: readStoreCode(answer, secrets),
    requestId: readRequestId(answer.headers, secrets),
    attempts,
    afterUncertain,
    retryable: true,
  };
  if (failure instanceof MalformedListingError) return new MalformedListingError(failure.reason, fields);
  if (failure instanceof UnexpectedAnswer) return new ObjectStoreMalformedResponseError(failure.message, fields);
  throw failure;
}

function lost<T>(
  { operation, bucket, maxBytes, tooLarge }: Call<T>,
  { kind, reason, retryable, status, cause }: Loss,
  facts: Pick<Attempt<KeyPair>, 'attempts' | 'afterUncertain'>,
  timeout: number,
): ObjectStoreError {
  const fields = { operation, bucket, storeStatus: status, ...facts, retryable, cause };
  if (kind === 'too_large' && tooLarge === 'object')
    return new ObjectTooLargeError(maxBytes, { ...fields, retryable: false });
  if (kind === 'too_large' || kind === 'malformed') return new ObjectStoreMalformedResponseError(reason, fields);
  if (kind === 'timeout') return new ObjectStoreTimeoutError(timeout, fields);
  return kind === 'deadline' ? new ObjectStoreDeadlineError(fields) : new ObjectStoreConnectionError(reason, fields);
}

/**
 * Numbers of the vendors.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export const S3_LIMITS = {
  pageKeys: 1_000,
} as const;

export const CLIENT_LIMITS = {
  /** Bytes of an object, where the caller names no limit. */
  objectBytes: 16_777_216,
  /** Bytes of a page: 1000 keys of 1024 bytes take 3 MB percent-encoded and at most twice that as XML references. */
  pageBytes: 16_777_216,
  /** Bytes of an answer that is not data; a longer one is no document of a store. */
  documentBytes: 65_536,
} as const;
