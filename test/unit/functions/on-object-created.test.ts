import { beforeEach, describe, expect, it } from 'vitest';
import { type PayloadName, payload } from '../../fixtures/payloads/payload.ts';
import { useOmsStub } from '../../helpers/functions.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

const ROUTES = [
  { name: 'all', source: { bucket: 'source' }, destination: { bucket: 'destination' }, sync_task_id: 'task-1' },
];
const load = (variables: Readonly<Record<string, string>> = {}, remaining = 60_000) =>
  oms.load('on-object-created', { variables: { ROUTES: JSON.stringify(ROUTES), ...variables }, remaining });

const s3Record = (key: string, bucket = 'source', eventName = 'ObjectCreated:Put') => ({
  eventVersion: '2.0',
  eventTime: '2026-01-09T07:50:50.028Z',
  eventName,
  s3: { configurationId: 'c', bucket: { name: bucket }, object: { key, eTag: 'e', size: 1, sequencer: '0' } },
});
const cloudEvent = (key: string, bucket = 'source') => ({
  specversion: '1.0',
  id: 'id-1',
  source: 'HC.OBS.DWR',
  type: 'OBS:DWR:ObjectCreated:PUT',
  subject: key,
  time: '2026-09-30T03:24:43.160Z',
  data: {
    eventName: 'ObjectCreated:Put',
    eventSource: 'OBS',
    obs: { bucket: { name: bucket, bucket }, object: { key, size: 1 } },
  },
});
const sentKeys = () => oms.stub.requests.flatMap(({ json }) => json.object_keys as string[]);

describe('on-object-created', () => {
  beforeEach(async () => {
    fn = await load();
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    const result = fn.invoke({ Records: [] });
    expect(result).toBeInstanceOf(Promise);
    return result;
  });

  it('sends every record of a native notification, decoded and encoded again', async () => {
    const summary = await fn.invoke({
      Records: [s3Record('%E6%8A%A5%E5%91%8A%2Fa%2Bb+%252F+%E2%98%83.txt'), s3Record('plain')],
    });

    expect(sentKeys()).toEqual(['%E6%8A%A5%E5%91%8A%2Fa%2Bb%20%252F%20%E2%98%83.txt', 'plain']);
    expect(summary).toEqual({
      records: 2,
      changes: 2,
      ignored: 0,
      rejected: 0,
      unrouted: 0,
      duplicates: 0,
      submitted: 2,
      accepted: 2,
      failed: 0,
      dead_lettered: 0,
      calls: 1,
      ms: expect.any(Number),
    });
  });

  it.each([
    ['an object', cloudEvent('a+b')],
    ['an array', [cloudEvent('a+b')]],
    ['events', { events: [cloudEvent('a+b')] }],
  ])('reads EventGrid events as %s', async (_name, event) => {
    await fn.invoke(event);

    expect(sentKeys()).toEqual(['a%20b']);
  });

  it.each<PayloadName>([
    'native-post',
    'native-records',
    'native-hostile-keys',
    'v3-records',
    'eventgrid-put',
    'eventgrid-array',
    'eventgrid-events',
  ])('sends every object of the recorded payload %s', async (name) => {
    const buckets = new Set(JSON.stringify(payload(name)).match(/(?<="(?:name|bucket)":")[^"]+/g));
    const routes = [...buckets].map((bucket) => ({ source: { bucket }, sync_task_id: 'task-1' }));
    fn = await load({ ROUTES: JSON.stringify(routes) });

    const summary = await fn.invoke(payload(name));

    expect(summary).toMatchObject({ rejected: 0, unrouted: 0, failed: 0, accepted: sentKeys().length });
    expect(sentKeys().length).toBeGreaterThan(0);
  });

  it('reads keys as the setting of their source says', async () => {
    fn = await load({ EVENTGRID_KEY_ENCODING: 'raw', OBS_KEY_ENCODING: 'rfc3986' });

    await fn.invoke(cloudEvent('a+b%20'));
    await fn.invoke({ Records: [s3Record('a+b%20')] });

    expect(sentKeys()).toEqual(['a%2Bb%2520', 'a%2Bb%20']);
  });

  it('counts and reports what no prefix of a bucket matches, without failing', async () => {
    fn = await load({ ROUTES: JSON.stringify([{ source: { bucket: 'source', prefix: 'a/' }, sync_task_id: 't' }]) });

    const summary = await fn.invoke({ Records: [s3Record('x')] });

    expect(summary).toMatchObject({ changes: 1, unrouted: 1, submitted: 0, calls: 0, dead_lettered: 0 });
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'no route matches', bucket: 'source', key: 'x' }),
    );
  });

  it('sends the object of an event that nobody knows, and warns of it by its name', async () => {
    const records = [
      { ...s3Record('a'), eventName: 'ObjectCreated:Append' },
      { ...s3Record('b'), eventName: 'ObjectRemoved:Delete' },
    ];

    const summary = await fn.invoke({ Records: records });

    expect(summary).toMatchObject({ records: 2, ignored: 1, accepted: 1 });
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'record taken for a creation',
        path: 'Records[0]',
        reason: 'unknown_event_name',
        event_name: 'ObjectCreated:Append',
        bucket: 'source',
        key: 'a',
      }),
    );
  });

  it('logs a rejected record loudly with path and code, and sends the others', async () => {
    await expect(fn.invoke({ Records: [s3Record('a%2'), s3Record('b')] })).rejects.toMatchObject({
      name: 'DeadLetterFailedError',
      summary: { records: 2, rejected: 1, accepted: 1 },
    });
    expect(sentKeys()).toEqual(['b']);
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'record rejected',
        path: 'Records[0]',
        error_code: 'OmsSync.InvalidObjectKey',
        problem: expect.objectContaining({ path: 'Records[0].s3.object.key', rule: 'malformed_percent' }),
      }),
    );
  });

  it('ignores removals and the lists that OMS writes', async () => {
    fn = await load({
      ROUTES: JSON.stringify([{ source: { bucket: 'source' }, destination: { bucket: 'source' }, sync_task_id: 't' }]),
    });

    const summary = await fn.invoke({
      Records: [
        s3Record('x', 'source', 'ObjectRemoved:Delete'),
        s3Record('oms%2Fsync_task%2Ft%2Fsuccess_object_lists'),
      ],
    });

    expect(summary).toMatchObject({ records: 2, changes: 1, ignored: 2, submitted: 0 });
  });

  it('sends to every route that matches', async () => {
    const routes = [...ROUTES, { source: { bucket: 'source', prefix: 'logs/' }, sync_task_id: 'task-2' }];
    fn = await load({ ROUTES: JSON.stringify(routes) });

    await fn.invoke({ Records: [s3Record('logs%2F1'), s3Record('x')] });

    const calls = oms.stub.requests.map(({ url, json }) => [url.split('/')[4], json.object_keys]);
    expect(calls.toSorted()).toEqual([
      ['task-1', ['logs%2F1', 'x']],
      ['task-2', ['logs%2F1']],
    ]);
  });

  it.each([
    [503, {}],
    [429, {}],
    [500, {}],
    [401, { error_code: 'APIGW.0301', error_msg: 'verify aksk signature fail' }],
  ])('fails where OMS answers %i, so that the platform repeats the invocation', async (status, body) => {
    oms.stub.reply = () => ({ status, body });

    await expect(fn.invoke({ Records: [s3Record('x')] })).rejects.toMatchObject({ name: 'SubmitFailedError' });
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'key not accepted', key: 'x', sync_task_id: 'task-1' }),
    );
    expect(oms.log.parsed()).toContainEqual(expect.objectContaining({ message: 'summary', failed: 1 }));
  });

  it.each([
    [400, { error_code: 'OMS.0001', error_msg: 'invalid parameter' }],
    [404, { error_code: 'OMS.0001', error_msg: 'no such task' }],
  ])('fails where OMS answers %i, which no retry cures, and nothing is there to hold it', async (status, body) => {
    oms.stub.reply = () => ({ status, body });

    await expect(fn.invoke({ Records: [s3Record('x')] })).rejects.toMatchObject({
      name: 'DeadLetterFailedError',
      message: expect.stringContaining('STATE_BUCKET'),
      summary: { failed: 1, accepted: 0 },
    });
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'key refused',
        path: 'Records[0]',
        bucket: 'source',
        key: 'x',
      }),
    );
  });

  it('fails when time ran out, and says in the summary what was done', async () => {
    fn = await load({}, 1_000);

    await expect(fn.invoke({ Records: [s3Record('x')] })).rejects.toMatchObject({ name: 'SubmitFailedError' });
    expect(oms.stub.requests).toHaveLength(0);
  });

  it('fails for an event that is no notification where nothing is there to hold it', async () => {
    await expect(fn.invoke({ hello: 'world' })).rejects.toMatchObject({ code: 'OmsSync.DeadLetterFailed' });
    expect(oms.log.parsed()).toMatchObject([
      { level: 'error', message: 'event not recognised', type: 'object', names: ['hello'] },
      { level: 'error', message: 'dead letter not written', failure: 'OmsSync.UnrecognisedEvent', count: 1 },
      { level: 'info', message: 'summary' },
      { level: 'error', message: 'invocation failed' },
    ]);
    expect(oms.log.raw.join('')).not.toContain('world');
  });

  it.each([undefined, null, [], {}, 'text'])('survives %o as an event', async (event) => {
    await fn.invoke(event).catch((error: unknown) => expect(error).toMatchObject({ code: 'OmsSync.DeadLetterFailed' }));
  });

  it('fails with every wrong variable in one error', async () => {
    fn = await load({
      ROUTES: JSON.stringify([{ source: { bucket: '' }, sync_task_id: 'x' }, { source: { bucket: 'b', prefxi: 'x' } }]),
      OBS_KEY_ENCODING: 'url',
    });

    await expect(fn.invoke({ Records: [] })).rejects.toMatchObject({
      name: 'ConfigurationError',
      details: expect.arrayContaining([
        expect.objectContaining({ path: 'ROUTES[0].source.bucket' }),
        expect.objectContaining({ path: 'ROUTES[1].sync_task_id', rule: 'required' }),
        expect.objectContaining({ path: 'ROUTES[1].source.prefxi', rule: 'unknown_field' }),
        expect.objectContaining({ path: 'OBS_KEY_ENCODING' }),
      ]),
    });
  });

  it('names the place where ROUTES is not JSON', async () => {
    fn = await load({ ROUTES: '[{"source":}]' });

    await expect(fn.invoke({ Records: [] })).rejects.toThrow(/ROUTES.*position|ROUTES.*column|ROUTES.*index/i);
  });

  it('needs ROUTES', async () => {
    fn = await load({ ROUTES: '' });

    await expect(fn.invoke({ Records: [] })).rejects.toThrow(/ROUTES is missing.*routes\.schema\.json/);
  });
});
