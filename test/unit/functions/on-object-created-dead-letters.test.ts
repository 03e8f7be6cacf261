import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { type OmsStub, type StubReply, startOmsStub } from '../../helpers/oms-stub.ts';

const oms = useOmsStub();
let store: OmsStub;
const stored = (): StubReply => ({ headers: { 'x-obs-request-id': 'store-request' } });
beforeAll(async () => {
  store = await startOmsStub(stored);
});
afterEach(() => {
  store.requests.length = 0;
  store.reply = stored;
});
afterAll(() => store.close());

const ROUTES = [{ source: { bucket: 'source' }, sync_task_id: 'task-1' }];
const load = (variables: Readonly<Record<string, string>> = {}, remaining = 60_000) =>
  oms.load('on-object-created', {
    variables: { ROUTES: JSON.stringify(ROUTES), STATE_BUCKET: 'state', STATE_ENDPOINT: store.url, ...variables },
    remaining,
  });
const record = (key: string, bucket = 'source', time = '2026-09-30T03:24:43.160Z') => ({
  eventName: 'ObjectCreated:Put',
  eventTime: time,
  s3: { bucket: { name: bucket }, object: { key, eTag: 'e', size: 1, sequencer: '0' } },
});
const puts = () => store.requests.filter(({ method }) => method === 'PUT');
const letters = (): DeadLetter[] => puts().map(({ text }) => readDeadLetter(JSON.parse(text)));
/** OMS refuses these keys, whatever they are sent with. */
const refuse = (...bad: readonly string[]) => {
  oms.stub.reply = ({ json, method }): StubReply =>
    method === 'POST' && (json.object_keys as string[]).some((key) => bad.includes(key))
      ? { status: 400, body: { error_code: 'OMS.0001', error_msg: 'invalid parameter' } }
      : shownOr(method);
};
const shownOr = (method: string): StubReply =>
  method === 'GET' ? { body: { sync_task_id: 'task-1', status: 'SYNCHRONIZING' } } : {};

describe('the dead letters of on-object-created', () => {
  it('hold the one key of a batch that OMS refuses, and its neighbours arrive', async () => {
    refuse('bad%20key');
    const fn = await load();

    const summary = await fn.invoke({ Records: [record('a'), record('bad+key'), record('b')] });

    expect(summary).toMatchObject({ accepted: 2, failed: 1, dead_lettered: 1 });
    expect(letters()).toMatchObject([
      {
        version: 1,
        kind: 'keys',
        attempts: 1,
        function: 'function-1',
        request_id: 'request-1',
        code: 'OmsSync.KeyRefused',
        remedy: expect.stringMatching(/redrive/),
        oms: { status: 400, error_code: 'OMS.0001', error_msg: 'invalid parameter', request_id: 'oms-request' },
        sync_task_id: 'task-1',
        keys: [{ bucket: 'source', key: 'bad key', path: 'Records[0]', size: 1, etag: 'e', sequencer: '0' }],
        event: { Records: [record('bad+key')] },
      },
    ]);
    expect(puts()[0]?.url).toMatch(/^\/state\/dead-letters\/2026-09-30\/03-24-43-[0-9a-f]{32}\.json$/);
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({
        message: 'key refused',
        key: 'bad key',
        dead_letter: puts()[0]?.url.slice('/state/'.length),
      }),
    );
  });

  it('are signed with the temporary credentials of the invocation', async () => {
    const fn = await load();

    await fn.invoke({ hello: 'world' });

    expect(puts()[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=TEMPORARYACCESSKEY\/\d{8}\/cn-north-4\/s3\//),
    });
    const token = puts()[0]?.headers;
    expect(token?.['x-amz-security-token'] ?? token?.['x-obs-security-token']).toBe('temporary-security-token');
  });

  it('are none while nothing fails for good, and the object store is not called', async () => {
    const fn = await load();

    await fn.invoke({ Records: [record('a')] });
    oms.stub.reply = () => ({ status: 503 });
    await expect(fn.invoke({ Records: [record('a')] })).rejects.toMatchObject({ name: 'SubmitFailedError' });

    expect(store.requests).toEqual([]);
  });

  it('hold records that cannot be read, by cause, and the others are sent', async () => {
    const fn = await load();

    const summary = await fn.invoke({ Records: [record('a%2'), record('b'), { eventName: 7, s3: {} }, record('c%')] });

    expect(summary).toMatchObject({ rejected: 3, accepted: 1, dead_lettered: 3 });
    expect(letters().map(({ kind, code, event }) => [kind, code, event])).toEqual([
      ['records', 'OmsSync.InvalidObjectKey', { Records: [record('a%2'), record('c%')] }],
      ['records', 'OmsSync.InvalidRecord', { Records: [{ eventName: 7, s3: {} }] }],
    ]);
    expect(letters()[0]?.problems).toMatchObject([
      { path: 'Records[0].s3.object.key', rule: 'malformed_percent' },
      { path: 'Records[1].s3.object.key', rule: 'malformed_percent' },
    ]);
  });

  it('hold an event that is no notification, as a whole', async () => {
    const fn = await load();

    const summary = await fn.invoke({ hello: 'world' });

    expect(summary).toMatchObject({ records: 0, dead_lettered: 1 });
    expect(letters()).toMatchObject([{ kind: 'event', code: 'OmsSync.UnrecognisedEvent', event: { hello: 'world' } }]);
    expect(puts()[0]?.url).toMatch(/^\/state\/dead-letters\/undated\/[0-9a-f]{32}\.json$/);
    expect(oms.log.raw.join('')).not.toContain('world');
  });

  it('hold what is notified of a bucket that no route names', async () => {
    const fn = await load();

    const summary = await fn.invoke({ Records: [record('x', 'other'), record('y', 'other'), record('z')] });

    expect(summary).toMatchObject({ unrouted: 2, accepted: 1, dead_lettered: 2 });
    expect(letters()).toMatchObject([
      {
        kind: 'records',
        code: 'OmsSync.NoRoute',
        event: { Records: [record('x', 'other'), record('y', 'other')] },
      },
    ]);
  });

  it('hold the keys of a task that does not exist, one document per batch and task', async () => {
    oms.stub.reply = ({ url, method }) =>
      url.includes('gone')
        ? { status: 404, body: { error_code: 'OMS.1009', error_msg: 'no such task' } }
        : shownOr(method);
    const fn = await load({
      ROUTES: JSON.stringify([...ROUTES, { source: { bucket: 'source' }, sync_task_id: 'gone' }]),
    });

    const summary = await fn.invoke({ Records: Array.from({ length: 12 }, (_, index) => record(`key-${index}`)) });

    expect(summary).toMatchObject({ accepted: 12, failed: 12, dead_lettered: 12 });
    const written = letters().toSorted((a, b) => (b.keys?.length ?? 0) - (a.keys?.length ?? 0));
    expect(written.map(({ sync_task_id, code, keys }) => [sync_task_id, code, keys?.length])).toEqual([
      ['gone', 'OmsSync.SyncTaskNotFound', 10],
      ['gone', 'OmsSync.SyncTaskNotFound', 2],
    ]);
  });

  it('have the same name when the platform delivers the event again', async () => {
    refuse('bad');
    const fn = await load();
    const event = { Records: [record('bad'), record('a'), record('%')] };

    await fn.invoke(event);
    await (await load()).invoke(event);

    expect(puts()).toHaveLength(4);
    expect(new Set(puts().map(({ url }) => url)).size).toBe(2);
  });

  it('have other names for another upload of the same object', async () => {
    refuse('bad');
    const fn = await load();

    await fn.invoke({ Records: [record('bad', 'source', '2026-09-30T03:24:43.160Z')] });
    await fn.invoke({ Records: [record('bad', 'source', '2026-09-30T03:24:43.161Z')] });

    expect(new Set(puts().map(({ url }) => url)).size).toBe(2);
  });

  it('that cannot be written make the invocation fail, and every other one is written', async () => {
    refuse('bad');
    store.reply = ({ text }) => (text.includes('InvalidObjectKey') ? { status: 403 } : stored());
    const fn = await load();

    await expect(fn.invoke({ Records: [record('a'), record('bad'), record('%')] })).rejects.toMatchObject({
      name: 'DeadLetterFailedError',
      retryable: true,
      summary: { accepted: 1, failed: 1, rejected: 1, dead_lettered: 1 },
    });
    expect(oms.log.parsed()).toContainEqual(
      expect.objectContaining({ message: 'dead letter not written', failure: 'OmsSync.InvalidObjectKey', count: 1 }),
    );
    expect(letters().filter(({ kind }) => kind === 'keys')).toHaveLength(1);
  });

  it('are written where the time for submitting is used up', async () => {
    const fn = await load({}, 1_400);

    await expect(fn.invoke({ Records: [record('a'), record('%')] })).rejects.toMatchObject({
      name: 'SubmitFailedError',
      summary: { failed: 1, rejected: 1, dead_lettered: 1 },
    });
    expect(letters()).toHaveLength(1);
  });

  it('have time left for them where OMS does not answer', async () => {
    let answer = (): void => {};
    oms.stub.reply = () => new Promise((resolve) => (answer = () => resolve({})));
    const end = performance.now() + 2_400;
    const left: number[] = [];
    store.reply = () => {
      left.push(end - performance.now());
      return stored();
    };
    const fn = await oms.load('on-object-created', {
      variables: { ROUTES: JSON.stringify(ROUTES), STATE_BUCKET: 'state', STATE_ENDPOINT: store.url },
      remaining: () => end - performance.now(),
    });

    await expect(fn.invoke({ Records: [record('a'), record('%')] })).rejects.toMatchObject({
      name: 'SubmitFailedError',
      summary: { failed: 1, dead_lettered: 1 },
    });
    answer();

    // 500 ms for the answer, and a quarter of the time for dead letters.
    expect(left).toHaveLength(1);
    expect(left[0]).toBeGreaterThan(700);
  });

  it('of their own bucket are no notification of anything', async () => {
    const fn = await load();

    const summary = await fn.invoke({
      Records: [
        record('dead-letters%2F2026-09-30%2F03-24-43-0.json', 'state'),
        record('parked%2Fx', 'state'),
        record('failed-invocations%2Ff%2Fx', 'state'),
      ],
    });

    expect(summary).toMatchObject({ changes: 3, ignored: 3, dead_lettered: 0 });
    expect(store.requests).toEqual([]);
  });
});

describe('where dead letters would be inside a watched source', () => {
  const refusal = async (routes: unknown, variables: Readonly<Record<string, string>> = {}) => {
    const fn = await load({ ROUTES: JSON.stringify(routes), ...variables });
    return fn.invoke({ Records: [] }).then(
      () => [],
      (error: { name: string; details: { path: string; rule: string; message: string }[] }) => {
        expect(error.name).toBe('ConfigurationError');
        return error.details.map(({ path, rule }) => `${path} ${rule}`);
      },
    );
  };

  it('the function refuses to start and names every prefix', async () => {
    expect(await refusal([...ROUTES, { source: { bucket: 'state' }, sync_task_id: 't' }])).toEqual([
      'DEAD_LETTER_PREFIX watched_source',
      'PARKED_PREFIX watched_source',
      'FAILED_INVOCATIONS_PREFIX watched_source',
      'STATE_BUCKET watched_source',
      'STATE_BUCKET watched_source',
    ]);
  });

  it.each(['dead-letters/', 'd', 'dead-letters/2026', ''])('the source prefix %j is refused', async (prefix) => {
    const route = { source: { bucket: 'state', prefix, cloud: 'HuaweiCloud' }, sync_task_id: 't' };

    expect(await refusal([route])).toContain('DEAD_LETTER_PREFIX watched_source');
  });

  it('another bucket, another prefix and another cloud are not', async () => {
    expect(await refusal([{ source: { bucket: 'state', prefix: 'data/' }, sync_task_id: 't' }])).toEqual([]);
    expect(await refusal([{ source: { bucket: 'state', cloud: 'AWS' }, sync_task_id: 't' }])).toEqual([]);
    expect(await refusal(ROUTES)).toEqual([]);
    expect(await refusal([{ source: { bucket: 'state' }, sync_task_id: 't' }], { STATE_BUCKET: '' })).toEqual([]);
  });
});
