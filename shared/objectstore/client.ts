import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { checkObjectKey } from '#shared/encoding/object-key.ts';
import { type ClientOptions, contextOf, type Invocation } from '#shared/http/client-options.ts';
import { type Endpoint, readEndpoint } from '#shared/http/endpoint.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { type Sender, Transport } from '#shared/http/transport.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { type Call, CLIENT_LIMITS, callStore, S3_LIMITS, type StoreCallContext } from './call.ts';
import { ObjectNotFoundError } from './errors.ts';
import { checkIsOfStore, checkIsReceipt, kindOf, sizeOf, stateOf, wholeBodyOf } from './object-answer.ts';
import { readListAnswer } from './page/list-page.ts';
import type { ListObjectsRequest, ObjectHead, ObjectPage, ObjectStore, PutRequest, StoredObject } from './port.ts';
import { type Addressing, type Provider, type ProviderName, type ProviderOverrides, providerOf } from './providers.ts';
import { type QueryParameter, SigV4Signer } from './sigv4.ts';

export type StoreInvocation = Invocation<KeyPair>;

export interface ObjectStoreOptions extends ClientOptions<KeyPair> {
  /** https, or http for this machine alone; without a path. For example `https://obs.cn-north-4.myhuaweicloud.com`. */
  readonly endpoint: string;
  /** The cloud's name of the region, for example `cn-north-4`; the signature covers it. */
  readonly region: string;
  readonly provider?: ProviderName;
  readonly overrides?: ProviderOverrides;
  /** The provider's own by default, and `path` for a store on this machine. */
  readonly addressing?: Addressing;
}

/** The part of a client that outlives an invocation. */
export interface StoreConnection {
  readonly endpoint: Endpoint;
  readonly provider: Provider;
  readonly addressing: Addressing;
  readonly signer: SigV4Signer;
  readonly sender: Sender;
}

/** Letters, digits and hyphens: what a signature's scope can carry. */
const REGION = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;

/**
 * @param sender in place of the network, for a simulator
 * @throws TypeError where an option is wrong; names it, not its value
 * @throws UnsupportedProviderError for a cloud without an S3 interface
 */
export function connectStore(options: ObjectStoreOptions, sender?: Sender): StoreConnection {
  if (!REGION.test(options.region)) throw new TypeError('The region is not the name of a region, as in cn-north-4.');
  const endpoint = readEndpoint(options.endpoint);
  const provider = providerOf(options.provider ?? 'HuaweiCloud', options.overrides);
  const usual = options.overrides?.addressing ?? (endpoint.isLoopback ? 'path' : provider.addressing);
  return {
    endpoint,
    provider,
    addressing: options.addressing ?? usual,
    signer: new SigV4Signer(options.region),
    sender: sender ?? new Transport(endpoint, options.agent),
  };
}

/**
 * An object store by its S3 interface. One per function instance, for its connections are kept; `forInvocation` adds
 * what changes from one invocation to the next.
 *
 * Every method throws an ObjectStoreError (errors.ts), KeyEncodingError or ValidationError for what cannot be sent, and
 * what `credentials` throws. Connection errors, timeouts, 429 and 5xx are tried again, with full jitter and not before
 * `Retry-After`, and so is every 2xx answer that is not the documented one.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0001.html
 */
export class ObjectStoreClient implements ObjectStore {
  readonly #options: ObjectStoreOptions;
  readonly #connection: StoreConnection;
  readonly #context: StoreCallContext;

  /** @throws what connectStore throws */
  constructor(options: ObjectStoreOptions, connection: StoreConnection = connectStore(options)) {
    this.#options = options;
    this.#connection = connection;
    const { endpoint, addressing, signer, sender, provider } = connection;
    this.#context = {
      ...contextOf(options, sender),
      endpoint,
      addressing,
      signer,
      sendsToken: provider.securityToken,
      credentials: options.credentials,
    };
  }

  /** The same client, with the same connections, for one invocation. */
  forInvocation(invocation: StoreInvocation): ObjectStoreClient {
    return new ObjectStoreClient({ ...this.#options, ...invocation }, this.#connection);
  }

  async getObject(request: {
    readonly bucket: string;
    readonly key: string;
    readonly maxBytes?: number;
  }): Promise<StoredObject> {
    return await this.#call({
      operation: 'GetObject',
      method: 'GET',
      bucket: request.bucket,
      key: checkObjectKey(request.key),
      maxBytes: request.maxBytes ?? CLIENT_LIMITS.objectBytes,
      tooLarge: 'object',
      read: (answer) => {
        checkIsOfStore(answer);
        return { body: wholeBodyOf(answer), ...stateOf(answer, this.#connection.provider) };
      },
    });
  }

  async putObject(request: PutRequest): Promise<{ readonly etag?: string }> {
    const { contentType, body } = request;
    if (contentType !== undefined && !HEADER_VALUE.test(contentType))
      throw invalid('contentType', 'header', 'must be printable ASCII without spaces around it.');
    return await this.#call({
      operation: 'PutObject',
      method: 'PUT',
      bucket: request.bucket,
      key: checkObjectKey(request.key),
      headers: contentType === undefined ? {} : { 'content-type': contentType },
      body: typeof body === 'string' ? Buffer.from(body) : body,
      maxBytes: CLIENT_LIMITS.documentBytes,
      tooLarge: 'answer',
      read: (answer) => {
        checkIsReceipt(answer);
        const { etag } = stateOf(answer, this.#connection.provider);
        return etag === undefined ? {} : { etag };
      },
    });
  }

  async deleteObject(request: { readonly bucket: string; readonly key: string }): Promise<void> {
    const key = checkObjectKey(request.key);
    try {
      await this.#call({
        operation: 'DeleteObject',
        method: 'DELETE',
        bucket: request.bucket,
        key,
        // 204 by S3 and OBS; 200 by stores that are written from memory. To delete again does no harm.
        documented: [204, 200],
        maxBytes: CLIENT_LIMITS.documentBytes,
        tooLarge: 'answer',
        read: (answer) => {
          if (answer.status !== 204) checkIsReceipt(answer);
        },
      });
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    }
  }

  async headObject(request: { readonly bucket: string; readonly key: string }): Promise<ObjectHead | undefined> {
    const key = checkObjectKey(request.key);
    try {
      return await this.#call({
        operation: 'HeadObject',
        method: 'HEAD',
        bucket: request.bucket,
        key,
        maxBytes: CLIENT_LIMITS.documentBytes,
        tooLarge: 'answer',
        read: (answer) => {
          checkIsOfStore(answer);
          return { size: sizeOf(answer), ...stateOf(answer, this.#connection.provider), ...kindOf(answer) };
        },
      });
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
  }

  async listObjects(request: ListObjectsRequest): Promise<ObjectPage> {
    const { continuationToken } = request;
    return await this.#call({
      operation: 'ListObjects',
      method: 'GET',
      bucket: request.bucket,
      query: this.#listQuery(request),
      maxBytes: CLIENT_LIMITS.pageBytes,
      tooLarge: 'answer',
      read: ({ headers, body }) => {
        const page = readListAnswer(body, this.#connection.provider, continuationToken);
        const date = Date.parse(headers['date'] ?? '');
        return Number.isNaN(date) ? page : { ...page, date };
      },
    });
  }

  #listQuery({ prefix, startAfter, continuationToken, maxKeys }: ListObjectsRequest): QueryParameter[] {
    if (maxKeys !== undefined && !(Number.isInteger(maxKeys) && maxKeys >= 1 && maxKeys <= S3_LIMITS.pageKeys))
      throw invalid('maxKeys', 'range', `must be a whole number from 1 to ${S3_LIMITS.pageKeys}.`);
    const { listVersion, urlEncoding } = this.#connection.provider;
    const query: QueryParameter[] = [];
    const add = (name: string, value: string | undefined): void => {
      if (value !== undefined && value !== '') query.push([name, checkText(value)]);
    };
    if (urlEncoding) add('encoding-type', 'url');
    if (maxKeys !== undefined) add('max-keys', String(maxKeys));
    add('prefix', prefix);
    if (listVersion === 1) {
      add('marker', continuationToken ?? startAfter);
    } else {
      add('list-type', '2');
      add('continuation-token', continuationToken);
      if (continuationToken === undefined) add('start-after', startAfter);
    }
    return query;
  }

  #call<T>(call: Call<T>): Promise<T> {
    return callStore(call, this.#context);
  }
}

/** @throws KeyEncodingError on what has no UTF-8 */
function checkText(text: string): string {
  const lone = text.search(/\p{Surrogate}/u);
  if (lone >= 0) throw new KeyEncodingError('lone_surrogate', lone);
  return text;
}

/** A header value without spaces at its ends, which would not be signed. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

function invalid(path: string, rule: string, text: string): ValidationError {
  return new ValidationError([{ path, rule, message: `${path} ${text}` }]);
}
