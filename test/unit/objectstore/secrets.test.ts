import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { ObjectStoreClient } from '#shared/objectstore/client.ts';
import {
  CREDENTIALS,
  echo,
  type Loopback,
  type Reply,
  refusedPort,
  rejection,
  reset,
  silence,
  startLoopback,
} from '../oms/loopback.ts';
import { BUCKET, testStore } from './test-store.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

const BODY = 'the-body-of-a-dead-letter';

const repeats =
  (status: number, write: (text: string) => string): Reply =>
  (received, response) => {
    response.writeHead(status, {
      'x-obs-request-id': String(received.headers['x-amz-security-token']).slice(0, 100),
      'x-obs-error-code': CREDENTIALS.accessKey,
    });
    response.end(write(echo(received)));
  };

const signatureOf = (text: string) => /Signature=([0-9a-f]{64})/.exec(text)?.[1] ?? '';

const replies: readonly (readonly [string, Reply])[] = [
  [
    'SignatureDoesNotMatch with all that was signed',
    repeats(
      403,
      (text) =>
        `<Error><Code>SignatureDoesNotMatch</Code><Message>${text}</Message><AWSAccessKeyId>${CREDENTIALS.accessKey}` +
        `</AWSAccessKeyId><StringToSign>${text}</StringToSign><SignatureProvided>${signatureOf(text)}` +
        `</SignatureProvided><CanonicalRequest>${text}</CanonicalRequest></Error>`,
    ),
  ],
  ['an access key for a code', repeats(403, () => `<Error><Code>${CREDENTIALS.accessKey}</Code></Error>`)],
  ['a signature for a code', repeats(400, (text) => `<Error><Code>${signatureOf(text)}</Code></Error>`)],
  ['a signature with a letter for a code', repeats(400, (text) => `<Error><Code>a${signatureOf(text)}</Code></Error>`)],
  ['text in a 503', repeats(503, (text) => text)],
  ['text in a 404', repeats(404, (text) => text)],
  ['text in a 206', repeats(206, (text) => text)],
  ['text in a 200', repeats(200, (text) => `<ListBucketResult>${text}`)],
  [
    'text for an object of a page',
    repeats(200, (text) => `<ListBucketResult><Contents><Size>${text}</Size></Contents></ListBucketResult>`),
  ],
  ['reset', reset()],
  ['part of an answer', reset({ status: 200, part: 'x' })],
  ['silence', silence],
];

const calls: readonly (readonly [string, (store: ObjectStoreClient) => Promise<unknown>])[] = [
  ['getObject', (store) => store.getObject({ bucket: BUCKET, key: 'k', maxBytes: 10 })],
  ['putObject', (store) => store.putObject({ bucket: BUCKET, key: 'k', body: BODY })],
  ['headObject', (store) => store.headObject({ bucket: BUCKET, key: 'k' })],
  ['deleteObject', (store) => store.deleteObject({ bucket: BUCKET, key: 'k' })],
  ['listObjects', (store) => store.listObjects({ bucket: BUCKET })],
];

/** Secrets, the beginnings by which they are known, and signatures. */
const TELLING = [...Object.values(CREDENTIALS).flatMap((secret) => [secret, secret.slice(0, 8)]), BODY];

function expectNoSecret(value: unknown, signatures: readonly string[] = []): void {
  const texts = [
    inspect(value, { depth: 10, showHidden: true }),
    JSON.stringify(value, Object.getOwnPropertyNames(Object(value))),
    String((value as Error | undefined)?.stack),
    String((value as { publicMessage?: string } | undefined)?.publicMessage),
  ];
  for (const text of texts)
    for (const secret of [...TELLING, ...signatures]) expect(text.includes(secret), `${secret} in ${text}`).toBe(false);
}

describe('no error holds a secret', () => {
  for (const [call, work] of calls)
    it.each(replies)(`after %s to ${call}`, async (_name, reply) => {
      server = await startLoopback(reply);
      const { store } = testStore(server.url, {
        credentials: () => CREDENTIALS,
        maxAttempts: 2,
        timeoutMs: 60,
      });
      const error = await work(store).catch((reason: unknown) => reason);
      const signatures = server.requests.map(({ headers }) => signatureOf(String(headers.authorization)));
      expect(signatures[0]).toHaveLength(64);
      // The object's content is the caller's; everything else is an error, or nothing.
      if (error instanceof Error) expectNoSecret(error, signatures);
    });

  it('where nobody listens', async () => {
    const { store } = testStore(`http://127.0.0.1:${await refusedPort()}`, { credentials: () => CREDENTIALS });
    for (const [, work] of calls) expectNoSecret(await rejection(work(store)));
  });

  it('nor does the client itself, when it is printed', () => {
    const { store } = testStore('http://127.0.0.1:1', { credentials: () => CREDENTIALS });
    expectNoSecret(store);
  });
});

describe('credentials that cannot be sent', () => {
  it.each([
    ['The access key', { accessKey: '' }],
    ['The access key', { accessKey: 'a b' }],
    ['The access key', { accessKey: 'a,b' }],
    ['The access key', { accessKey: 'a/b' }],
    ['The access key', { accessKey: 'a\r\nx-amz-acl: public-read' }],
    ['The access key', { accessKey: undefined }],
    ['The secret key', { secretKey: '' }],
    ['The secret key', { secretKey: undefined }],
    ['The security token', { securityToken: '' }],
    ['The security token', { securityToken: 'hunter2\n' }],
    ['The security token', { securityToken: 'é' }],
  ])('%s is refused before anything is sent: %j', async (part, change) => {
    server = await startLoopback(silence);
    const credentials = () => ({ ...CREDENTIALS, ...change }) as typeof CREDENTIALS;
    const error = await rejection(
      testStore(server.url, { credentials }).store.headObject({ bucket: BUCKET, key: 'k' }),
    );
    expect(error).toMatchObject({
      name: 'ObjectStoreCredentialsError',
      code: 'OmsSync.ObjectStoreCredentials',
      status: 502,
      retryable: false,
      attempts: 0,
      operation: 'HeadObject',
      message: `${part} is empty or has characters that an HTTP header cannot have.`,
    });
    expectNoSecret(error);
    expect(server.requests).toEqual([]);
  });
});
