import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectStoreClient, type ObjectStoreOptions } from '#shared/objectstore/client.ts';
import {
  AccessDeniedError,
  NoSuchBucketError,
  ObjectNotFoundError,
  ObjectTooLargeError,
} from '#shared/objectstore/errors.ts';
import { rejection } from '../../unit/oms/loopback.ts';
import { send, signed } from '../s3/raw.ts';
import type { Target } from '../s3/target.ts';

export type Server = Target & { readonly stop: () => Promise<void> };

/** Names that software on the way likes to change; those that XML can carry in every form. */
export const KEYS: readonly string[] = [
  'plain',
  '.',
  '..',
  '../x',
  '../../escape',
  'a/../b',
  'a/..',
  'a/.',
  './x',
  './',
  'a//b',
  '//',
  '/lead',
  'dir/',
  'a b',
  'a+b',
  'a%20b',
  'a%2Bb',
  'a+b %2F ☃',
  '100%',
  '%%%.png',
  '#?&=;',
  '<&>"\'',
  '&amp;',
  ' lead and trail ',
  '\ttab\nline\rreturn',
  '\u0001\u001f\u007f',
  '0012',
  '__proto__',
  'emoji-😀',
  '～',
  'é',
  'e\u0301',
  '\ufeffbyte order mark',
  'lost \ufffd',
  'line\u2028separator',
  'not a character \uffff',
  'ÿ'.repeat(512),
  'x'.repeat(1024),
];

export function optionsOf(target: Target): ObjectStoreOptions {
  return {
    endpoint: target.endpoint,
    region: target.region,
    credentials: () => target.credentials,
    maxAttempts: 1,
  };
}

/** A bucket, made without the client. */
export async function makeBucket(target: Target, bucket: string): Promise<void> {
  const answer = await send(target.endpoint, signed(target.endpoint, target.credentials, { method: 'PUT', bucket }));
  expect(answer.status, answer.body).toBe(200);
}

const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The same tests against one server. Whatever is written is looked at without the client, too. */
export function describeObjectStore(name: string, start: () => Promise<Server>): void {
  describe(`ObjectStoreClient and ${name}`, () => {
    let target: Server;
    let store: ObjectStoreClient;
    const bucket = 'contract';
    beforeAll(async () => {
      target = await start();
      store = new ObjectStoreClient(optionsOf(target));
      await makeBucket(target, bucket);
    });
    afterAll(() => target?.stop());

    /** Reads as another client does. */
    const raw = (key: string, method = 'GET') =>
      send(target.endpoint, signed(target.endpoint, target.credentials, { method, bucket, key }));

    it.each(KEYS)('agree on the key %j', async (key) => {
      const body = `content of ${key}`;
      const { etag } = await store.putObject({ bucket, key, body, contentType: 'text/plain' });
      expect((await raw(key)).body).toBe(body);
      const head = await store.headObject({ bucket, key });
      expect(head).toMatchObject({ size: Buffer.byteLength(body), etag, contentType: 'text/plain' });
      expect(Math.abs((head?.lastModified ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(await store.getObject({ bucket, key })).toEqual({
        body: Buffer.from(body),
        etag,
        lastModified: head?.lastModified,
      });
      const { objects } = await store.listObjects({ bucket, prefix: key, maxKeys: 1 });
      expect(objects[0]).toMatchObject({ key, size: head?.size, etag });
    });

    it.each([
      ['version 2', {}],
      ['version 2 without encoded names', { overrides: { urlEncoding: false } }],
      ['version 1', { overrides: { listVersion: 1 } }],
      ['version 1 without encoded names', { overrides: { listVersion: 1, urlEncoding: false } }],
    ] as const)('list every key once and in the order of bytes: %s', async (_name, options) => {
      const separate = `list-${_name.replaceAll(' ', '-')}`;
      await makeBucket(target, separate);
      // XML 1.0 has no such characters, so a name with one can be listed only where it is encoded.
      const encoded = !('overrides' in options && 'urlEncoding' in options.overrides);
      const keys = KEYS.filter((key) => encoded || !/[\u0001-\u0008\u000b\u000c\u000e-\u001f]/.test(key));
      for (const key of keys) await store.putObject({ bucket: separate, key, body: '' });
      const lister = new ObjectStoreClient({ ...optionsOf(target), ...options });
      const seen: string[] = [];
      let continuationToken: string | undefined;
      do {
        const page = await lister.listObjects({
          bucket: separate,
          maxKeys: 3,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        });
        expect(page.objects.length).toBeLessThanOrEqual(3);
        seen.push(...page.objects.map(({ key }) => key));
        continuationToken = page.nextToken;
      } while (continuationToken !== undefined && seen.length < 100);
      expect(seen).toEqual([...keys].sort(byBytes));
    });

    it('begin a listing after a key, below a prefix', async () => {
      const work = 'after';
      await makeBucket(target, work);
      for (const key of ['p/a', 'p/b+', 'p/b+c', 'q']) await store.putObject({ bucket: work, key, body: '' });
      for (const listVersion of [1, 2] as const) {
        const lister = new ObjectStoreClient({ ...optionsOf(target), overrides: { listVersion } });
        const page = await lister.listObjects({ bucket: work, prefix: 'p/', startAfter: 'p/b+' });
        expect(page.objects.map(({ key }) => key)).toEqual(['p/b+c']);
        expect(page.nextToken).toBeUndefined();
      }
    });

    it('replace an object, and delete it, more than once', async () => {
      await store.putObject({ bucket, key: 'replaced', body: 'one' });
      await store.putObject({ bucket, key: 'replaced', body: new Uint8Array([0, 0xff, 0xfe]) });
      expect((await store.getObject({ bucket, key: 'replaced' })).body).toEqual(Buffer.from([0, 0xff, 0xfe]));
      await store.deleteObject({ bucket, key: 'replaced' });
      await store.deleteObject({ bucket, key: 'replaced' });
      expect((await raw('replaced')).status).toBe(404);
      expect(await store.headObject({ bucket, key: 'replaced' })).toBeUndefined();
    });

    it('delete what a key with dots names, and nothing else', async () => {
      for (const key of ['d/x', 'x', 'd/../x']) await store.putObject({ bucket, key, body: key });
      await store.deleteObject({ bucket, key: 'd/../x' });
      expect((await raw('d/../x')).status).toBe(404);
      expect((await raw('x')).body).toBe('x');
      expect((await raw('d/x')).body).toBe('d/x');
    });

    it('store an object without content', async () => {
      await store.putObject({ bucket, key: 'empty', body: '' });
      expect((await store.getObject({ bucket, key: 'empty' })).body).toHaveLength(0);
      expect(await store.headObject({ bucket, key: 'empty' })).toMatchObject({ size: 0 });
    });

    it('tell a missing object from a missing bucket', async () => {
      expect(await rejection(store.getObject({ bucket, key: 'none' }))).toBeInstanceOf(ObjectNotFoundError);
      for (const work of [
        () => store.getObject({ bucket: 'no-such-bucket', key: 'none' }),
        () => store.putObject({ bucket: 'no-such-bucket', key: 'none', body: '' }),
        () => store.deleteObject({ bucket: 'no-such-bucket', key: 'none' }),
        () => store.listObjects({ bucket: 'no-such-bucket' }),
      ]) {
        const error = await rejection(work());
        expect(error).toBeInstanceOf(NoSuchBucketError);
        expect(error).toMatchObject({ storeCode: 'NoSuchBucket', requestId: expect.stringMatching(/./) });
      }
    });

    it('refuse an object that is larger than the caller takes', async () => {
      await store.putObject({ bucket, key: 'large', body: Buffer.alloc(100_000) });
      expect((await store.getObject({ bucket, key: 'large', maxBytes: 100_000 })).body).toHaveLength(100_000);
      expect(await rejection(store.getObject({ bucket, key: 'large', maxBytes: 99_999 }))).toBeInstanceOf(
        ObjectTooLargeError,
      );
    });

    it('refuse a wrong key pair, without repeating what was signed', async () => {
      for (const [credentials, storeCode] of [
        [{ ...target.credentials, secretKey: 'wrong-secret-key' }, 'SignatureDoesNotMatch'],
        [{ ...target.credentials, accessKey: 'UNKNOWNACCESSKEY' }, 'InvalidAccessKeyId'],
      ] as const) {
        const stranger = store.forInvocation({ credentials: () => credentials });
        for (const work of [
          () => stranger.listObjects({ bucket }),
          () => stranger.putObject({ bucket, key: 'k', body: '' }),
          () => stranger.deleteObject({ bucket, key: 'k' }),
        ]) {
          const error = await rejection(work());
          expect(error).toBeInstanceOf(AccessDeniedError);
          expect(error).toMatchObject({ storeCode, retryable: false });
          expect(JSON.stringify(error) + String(error)).not.toMatch(/AWS4-HMAC|[0-9a-f]{64}|wrong-secret/);
        }
        expect(await rejection(stranger.headObject({ bucket, key: 'plain' }))).toBeInstanceOf(AccessDeniedError);
      }
    });
  });
}
