import type { Exchange } from '#shared/http/transport.ts';
import { connectStore, ObjectStoreClient, type ObjectStoreOptions } from '#shared/objectstore/client.ts';
import { answer, type Reply } from '../oms/loopback.ts';

export const ACCESS_KEY = 'AKIDEXAMPLE0123456789';
export const SECRET_KEY = 'SecretKeyExample/0123456789+abcdef';
export const TOKEN = 'security-token-0123456789';
export const BUCKET = 'my-bucket';
export const REQUEST_ID = '0000018A2B3C4D5E6F';

export interface TestStore {
  readonly store: ObjectStoreClient;
  /** Milliseconds of every wait between attempts. */
  readonly waits: number[];
}

/** A client without real waits: `sleep` only notes how long it would be. */
export function testStore(endpoint: string, options: Partial<ObjectStoreOptions> = {}): TestStore {
  const waits: number[] = [];
  const store = new ObjectStoreClient({
    endpoint,
    region: 'cn-north-4',
    credentials: () => ({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }),
    random: () => 0.5,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    ...options,
  });
  return { store, waits };
}

/** A client without a network, whose every request is answered with 204. */
export function recordingStore(options: Partial<ObjectStoreOptions> = {}) {
  const exchanges: Exchange[] = [];
  const all: ObjectStoreOptions = {
    endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
    region: 'cn-north-4',
    credentials: () => ({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }),
    ...options,
  };
  const send = (exchange: Exchange) => {
    exchanges.push(exchange);
    return Promise.resolve({ status: 204, headers: {}, body: Buffer.alloc(0) });
  };
  return { exchanges, store: new ObjectStoreClient(all, connectStore(all, { send })) };
}

const STORE_HEADERS = { 'x-obs-request-id': REQUEST_ID };

/** An answer of a store. */
export const reply = (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Reply =>
  answer(status, body, { ...STORE_HEADERS, 'content-length': String(Buffer.byteLength(body)), ...headers });

/** A refusal of a store, with all that S3 repeats in one. */
export const refusal = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  reply(status, errorDocument(code), { 'content-type': 'application/xml', ...headers });

export function errorDocument(code: string): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Text of the store</Message>` +
    `<AWSAccessKeyId>${ACCESS_KEY}</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256\n20260101T000000Z</StringToSign>` +
    `<SignatureProvided>0123456789abcdef</SignatureProvided><RequestId>${REQUEST_ID}</RequestId></Error>`
  );
}

/** A page with these keys, as they stand in the document. */
export function page(keys: readonly string[], fields = '<IsTruncated>false</IsTruncated>'): string {
  const entries = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>&quot;e1&quot;</ETag>` +
      '<Size>12</Size><StorageClass>STANDARD</StorageClass></Contents>',
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
    `<Name>${BUCKET}</Name>${fields}${entries.join('')}</ListBucketResult>`
  );
}
