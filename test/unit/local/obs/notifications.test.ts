import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import {
  type BucketTrigger,
  eventNamesOf,
  formEncodeKey,
  type NotificationDelivery,
  notificationOf,
} from '../../../../scripts/local/obs/notifications.ts';
import type { ObjectEvent } from '../../../../scripts/local/obs/records.ts';
import type { ObsOptions } from '../../../../scripts/local/obs/server.ts';
import { call, startStore, temporaryFolder } from './fixture.ts';

const KEY = '报告/a+b %2F ☃.txt';
const ENCODED = '%E6%8A%A5%E5%91%8A%2Fa%2Bb+%252F+%E2%98%83.txt';

const EVENT: ObjectEvent = {
  name: 'ObjectCreated:Put',
  bucket: 'source',
  key: KEY,
  object: {
    ...{ segments: [], size: 112, etag: '6f9433fb110632de417e2e697dcb1b5f', modified: 0, sequence: 255 },
    ...{ headers: {}, metadata: {} },
  },
  sequence: 255,
  time: Date.parse('2026-09-30T03:24:43.167Z'),
  requestId: 'B27E6CBFF1F6865C83111F130A982F56',
  sourceAddress: '127.0.0.1',
};

const trigger = (more: Partial<BucketTrigger> = {}): BucketTrigger => ({
  ...{ id: 't', type: 'EVENTGRID', bucket: 'source', events: ['ObjectCreated:*'], keyEncode: true, target: 'f' },
  ...more,
});

/** The names of all fields, nested ones too. */
function shapeOf(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([name, child]) => shapeOf(child, `${path}.${name}`));
}

describe('the encoding of object names', () => {
  it.each([
    // The example of https://support.huaweicloud.com/intl/en-us/ugobs-obs/obs_41_0045.html
    ['TEST/中 文.jpg', 'TEST%2F%E4%B8%AD+%E6%96%87.jpg'],
    [KEY, ENCODED],
    ["~!'()*-._", '%7E%21%27%28%29*-._'],
    ['%2B+', '%252B%2B'],
  ])('%j is %j', (key, encoded) => {
    expect(formEncodeKey(key)).toBe(encoded);
    expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(key);
  });
});

describe('event names', () => {
  it.each([
    ['s3:ObjectCreated:*', 4],
    ['ObjectCreated:*', 4],
    ['ObjectCreated', 4],
    ['ObjectCreated:Put', 1],
    ['s3:ObjectCreated:CompleteMultipartUpload', 1],
    ['OBS:DWR:ObjectCreated:PUT', 1],
    ['OBS:DWR:ObjectCreated:COPY', 1],
    ['s3:ObjectRemoved:*', 2],
    ['ObjectRemoved:Delete', 1],
    ['*', 6],
  ])('%s stands for %i events', (name, count) => {
    expect(eventNamesOf(name)).toHaveLength(count);
  });

  it('an unknown one is an error that names it', () => {
    expect(() => eventNamesOf('ObjectCreated:Link')).toThrow(/"ObjectCreated:Link" is no event of OBS/);
  });
});

describe('payloads', () => {
  const fixture = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../../fixtures/payloads/${name}`, import.meta.url), 'utf8'));

  it('EventGrid: a CloudEvent as it was captured', () => {
    const event = notificationOf(trigger(), EVENT, 'cn-north-4') as { data: { obs: { object: { key: string } } } };
    expect(event).toMatchObject({
      subject: ENCODED,
      source: 'HC.OBS.DWR',
      type: 'OBS:DWR:ObjectCreated:PUT',
      id: EVENT.requestId,
      time: '2026-09-30T03:24:43.167000000Z',
      data: { eventTime: '2026-09-30T11:24:43.167Z', eventName: 'ObjectCreated:Put', eventRegion: 'cn-north-4' },
    });
    expect(event.data.obs.object).toMatchObject({ key: ENCODED, size: 112, eTag: EVENT.object.etag, sequencer: '1' });
    expect(shapeOf(event).sort()).toEqual(shapeOf(fixture('eventgrid-put.json')).sort());
  });

  it('EventGrid without Key_encode: the object name as it is', () => {
    expect(notificationOf(trigger({ keyEncode: false }), EVENT, 'r')).toMatchObject({
      subject: KEY,
      data: { obs: { object: { key: KEY } } },
    });
  });

  it('native: a record with the name encoded', () => {
    const event = notificationOf(trigger({ type: 'OBS' }), EVENT, 'cn-north-4');
    expect(event).toMatchObject({
      Records: [
        {
          eventName: 'ObjectCreated:Put',
          awsRegion: 'cn-north-4',
          eventTime: '2026-09-30T03:24:43.167Z',
          s3: { bucket: { name: 'source' }, object: { key: ENCODED, size: 112, sequencer: `${'0'.repeat(30)}FF` } },
        },
      ],
    });
    expect(shapeOf(event).sort()).toEqual(shapeOf(fixture('native-post.json')).sort());
  });
});

describe('deliveries of a running store', () => {
  const namesOf = (deliveries: readonly NotificationDelivery[]): string[] =>
    deliveries.map(({ event }) => (event as { type: string; subject: string }).type.split(':').at(-1) ?? '');

  it('tell of every way to store and to remove an object, after it can be read', async () => {
    const deliveries: NotificationDelivery[] = [];
    const readable: number[] = [];
    const server = await startStore({
      deliver: async (delivery) => {
        deliveries.push(delivery);
        const { subject } = delivery.event as { subject: string };
        readable.push((await call(server, 'HEAD', `/source/${subject}`)).status);
      },
    });
    server.setTriggers([trigger({ events: ['*'] })]);
    await call(server, 'PUT', '/source');
    await call(server, 'PUT', '/source/a', { body: 'x' });
    await call(server, 'PUT', '/source/b', { headers: { 'x-amz-copy-source': '/source/a' } });
    const begun = await call(server, 'POST', '/source/c', { query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const { headers } = await call(server, 'PUT', '/source/c', { query: { uploadId, partNumber: '1' }, body: 'x' });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
    await call(server, 'POST', '/source/c', { query: { uploadId }, body });
    await call(server, 'DELETE', '/source/a');
    await call(server, 'DELETE', '/source/missing');
    await server.close();
    expect(namesOf(deliveries)).toEqual(['PUT', 'COPY', 'CompleteMultipartUpload', 'Delete']);
    expect(readable.slice(0, 3)).toEqual([200, 200, 200]);
  });

  it('go to the triggers whose bucket, prefix, suffix and events match', async () => {
    const targets: string[] = [];
    const server = await startStore({ deliver: ({ trigger }) => void targets.push(trigger.target) });
    server.setTriggers([
      trigger({ target: 'all' }),
      trigger({ target: 'prefix', prefix: 'in/' }),
      trigger({ target: 'suffix', suffix: '.jpg', events: ['s3:ObjectCreated:Put', 's3:ObjectCreated:Copy'] }),
      trigger({ target: 'bucket', bucket: 'other' }),
      trigger({ target: 'removed', events: ['s3:ObjectRemoved:*'] }),
    ]);
    await call(server, 'PUT', '/source');
    await call(server, 'PUT', '/source/in/a.jpg', { body: 'x' });
    await call(server, 'PUT', '/source/out/a.png', { body: 'x' });
    await server.close();
    expect(targets).toEqual(['all', 'prefix', 'suffix', 'all']);
  });

  it('are repeated until the receiver accepts, and do not make the writer wait', async () => {
    let attempts = 0;
    let accept: () => void = () => {};
    const accepted = new Promise<void>((resolve) => {
      accept = resolve;
    });
    const server = await startStore({
      deliver: () => {
        if (++attempts < 3) throw new Error('busy');
        accept();
      },
    });
    server.setTriggers([trigger()]);
    await call(server, 'PUT', '/source');
    await call(server, 'PUT', '/source/k', { body: 'x' });
    expect(attempts).toBeLessThan(3);
    await accepted;
    expect(attempts).toBe(3);
  });

  it('are repeated over a restart of the store, until the receiver accepts', async () => {
    const dataDir = temporaryFolder();
    const errors: string[] = [];
    let refused = 0;
    const first = await startStore({
      dataDir,
      onError: ({ message }) => errors.push(message),
      deliver: () => {
        refused++;
        throw new Error('busy');
      },
    });
    first.setTriggers([trigger()]);
    await call(first, 'PUT', '/source');
    await call(first, 'PUT', '/source/k', { body: 'x' });
    // More often than a hundred milliseconds' hiccup would need.
    await vi.waitFor(() => expect(refused).toBeGreaterThan(4), 5000);
    await first.close();
    expect(errors).toEqual(['A notification of trigger t does not reach f; it is kept.']);

    const delivered: NotificationDelivery[] = [];
    const second = await startStore({ dataDir, deliver: (delivery) => void delivered.push(delivery) });
    second.setTriggers([trigger()]);
    await vi.waitFor(() => expect(delivered).toHaveLength(1));
    await second.close();

    const third = await startStore({ dataDir, deliver: (delivery) => void delivered.push(delivery) });
    third.setTriggers([trigger()]);
    await third.close();
    expect(delivered).toHaveLength(1);
  });

  it('are lost when the receiver has refused for too long since the upload, also after a restart', async () => {
    const dataDir = temporaryFolder();
    const errors: Error[] = [];
    let attempts = 0;
    const refuse: Partial<ObsOptions> = {
      dataDir,
      notificationMaxAge: 60_000,
      onError: (error) => errors.push(error),
      deliver: () => {
        attempts++;
        throw new Error('busy');
      },
    };
    const first = await startStore(refuse);
    first.setTriggers([trigger()]);
    await call(first, 'PUT', '/source');
    await call(first, 'PUT', '/source/k', { body: 'x' });
    await first.close();
    expect(errors).toEqual([]);
    const before = attempts;

    const late = Date.now() + 60_000;
    const second = await startStore({ ...refuse, now: () => late });
    second.setTriggers([trigger()]);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    expect(attempts).toBe(before + 1);
    expect(errors[0]).toMatchObject({ message: expect.stringContaining('is lost'), cause: new Error('busy') });
    await second.close();

    const third = await startStore({ ...refuse, now: () => late });
    third.setTriggers([trigger()]);
    await third.close();
    expect(attempts).toBe(before + 1);
  });

  it('that a closed store could not make are made after the next start', async () => {
    const dataDir = temporaryFolder();
    const first = await startStore({ dataDir, deliver: () => Promise.reject(new Error('down')), graceMs: 1000 });
    first.setTriggers([trigger({ events: ['*'] })]);
    await call(first, 'PUT', '/source');
    await call(first, 'PUT', '/source/k', { body: 'x' });
    await call(first, 'DELETE', '/source/k');
    await first.close();

    const late: NotificationDelivery[] = [];
    const second = await startStore({ dataDir, deliver: (delivery) => void late.push(delivery) });
    second.setTriggers([trigger({ events: ['*'] })]);
    await second.close();
    expect(namesOf(late)).toEqual(['PUT', 'Delete']);

    const third = await startStore({ dataDir, deliver: (delivery) => void late.push(delivery) });
    third.setTriggers([trigger({ events: ['*'] })]);
    await third.close();
    expect(late).toHaveLength(2);
  });

  it('a batch delete sends events with different ids', async () => {
    const deliveries: NotificationDelivery[] = [];
    const server = await startStore({ deliver: (delivery) => void deliveries.push(delivery) });
    server.setTriggers([trigger({ events: ['ObjectRemoved:Delete'] })]);
    await call(server, 'PUT', '/source');
    for (const key of ['a', 'b']) await call(server, 'PUT', `/source/${key}`, { body: 'x' });
    const body = '<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>';
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    await call(server, 'POST', '/source', { query: { delete: '' }, body, headers });
    await server.close();
    expect(new Set(deliveries.map(({ event }) => (event as { id: string }).id)).size).toBe(2);
  });

  it('triggers with an unknown event name are refused', async () => {
    const server = await startStore();
    expect(() => server.setTriggers([trigger({ events: ['ObjectCreated:Nope'] })])).toThrow(/no event of OBS/);
  });
});
