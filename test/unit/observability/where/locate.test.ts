import { beforeEach, describe, expect, it } from 'vitest';
import { deadLetterName } from '#shared/deadletters/name.ts';
import { checkObjectKey } from '#shared/encoding/object-key.ts';
import { ObjectStoreConnectionError } from '#shared/objectstore/errors.ts';
import type { Station, StationName } from '#shared/observability/station.ts';
import { locate, type WhereOptions } from '#shared/observability/where/locate.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { FORM } from '../../../helpers/key-encodings.ts';
import { MemoryObjectStore } from '../../../helpers/memory-object-store.ts';
import { omsError } from '../../../helpers/oms-error.ts';
import { failedInvocation, keysLetter, record } from '../../../helpers/redrive-documents.ts';
import { PREFIXES } from '../../../helpers/redrive-world.ts';

const KEY = checkObjectKey('2026/a+b ☃.jpg');
const UPLOADED = Date.parse('2026-10-01T11:00:00.000Z');
const HOUR = 3_600_000;
const ROUTE: Route = {
  name: 'photos',
  source: { bucket: 'source' },
  destination: { bucket: 'copy' },
  sync_task_id: 'task-1',
};
const TASK = { sync_task_id: 'task-1', status: 'SYNCHRONIZING', dst_bucket: 'copy', src_bucket: 'source' };
const event = { Records: [record(KEY)] };

let store: MemoryObjectStore;
let clock: number;

beforeEach(() => {
  clock = UPLOADED;
  store = new MemoryObjectStore({ now: () => clock });
});

/** Puts something there at a moment. */
function put(bucket: string, key: string, body: string, at = UPLOADED): Partial<WhereOptions> {
  const before = clock;
  clock = at;
  store.seed(bucket, key, body);
  clock = before;
  return {};
}

function where(more: Partial<WhereOptions> = {}, key = KEY) {
  clock = Math.max(clock, UPLOADED + HOUR);
  return locate({
    bucket: 'source',
    key,
    routes: [ROUTE],
    state: {
      store,
      bucket: 'state',
      prefixes: PREFIXES,
      own: ['dead-letters/', 'reconcile/'],
      reconcile: 'reconcile/',
    },
    keyEncodings: FORM,
    storeOf: () => store,
    showTask: async () => TASK as never,
    grace: 900_000,
    now: () => clock,
    patience: 60_000,
    elapsed: () => 0,
    queue: async () => ({ waiting: 0, running: 0, complete: true }),
    lines: async () => [],
    ...more,
  });
}

async function stationOf(name: StationName, more: Partial<WhereOptions> = {}) {
  const { stations } = await where(more);
  return stations.find((station) => station.name === name) as Station;
}

const letter = keysLetter(event);

/** Puts the world into a situation; the object itself is in the source unless it says otherwise. */
const SITUATIONS: readonly (readonly [
  name: string,
  verdict: string,
  code: string | undefined,
  arrange: () => Partial<WhereOptions>,
])[] = [
  ['arrived', 'arrived', undefined, () => put('copy', KEY, 'hello', UPLOADED + 1000)],
  ['in flight', 'in_flight', undefined, () => put('source', KEY, 'hello', UPLOADED + HOUR - 60_000)],
  ['notification lost', 'missing', 'OmsSync.NotificationLost', () => ({})],
  ['no route', 'not_routed', 'OmsSync.NoRoute', () => ({ routes: [{ ...ROUTE, source: { bucket: 'other' } }] })],
  [
    'another prefix',
    'not_routed',
    'OmsSync.NotRouted',
    () => ({ routes: [{ ...ROUTE, source: { bucket: 'source', prefix: 'x/' } }] }),
  ],
  [
    'task stopped',
    'waiting',
    'OmsSync.SyncTaskStopped',
    () => ({ showTask: async () => ({ ...TASK, status: 'STOPPED' }) as never }),
  ],
  [
    'OMS down',
    'waiting',
    'OmsSync.OmsUnavailable',
    () => ({
      showTask: async () => Promise.reject(omsError(503)),
      queue: async () => ({ waiting: 3, running: 1, complete: true }),
    }),
  ],
  [
    'retries running',
    'waiting',
    'OmsSync.OmsThrottled',
    () => {
      const line = {
        message: 'key not accepted',
        bucket: 'source',
        key: KEY,
        failure: 'OmsSync.OmsThrottled',
        request_id: 'r',
      };
      return {
        queue: async () => ({ waiting: 1, running: 0, complete: true }),
        lines: async () => [{ time: UPLOADED + 1000, text: JSON.stringify(line) }],
      };
    },
  ],
  [
    'failed invocation',
    'dead_lettered',
    'OmsSync.FailedInvocation',
    () => put('state', 'failed-invocations/x.json', JSON.stringify(failedInvocation(event)), UPLOADED + 60_000),
  ],
  [
    'dead letter',
    'dead_lettered',
    'OmsSync.KeyRefused',
    () => put('state', `dead-letters/${deadLetterName(letter)}`, JSON.stringify(letter), UPLOADED + 1000),
  ],
  [
    'parked',
    'parked',
    'OmsSync.KeyRefused',
    () => put('state', `parked/${deadLetterName(letter)}`, JSON.stringify(letter), UPLOADED + HOUR),
  ],
  [
    'failed at OMS',
    'failed_at_oms',
    'OmsSync.FailedAtOms',
    () => put('copy', 'oms/sync_task/task-1/failed_object_lists/1.txt', `2026-10-01 19:00:01\t${KEY}\t5\n`),
  ],
  [
    'skipped by OMS',
    'skipped_by_oms',
    'OmsSync.SkippedByOms',
    () => put('copy', 'oms/sync_task/task-1/skip_object_lists/1.txt', `2026-10-01 19:00:01\t${KEY}\t5\n`),
  ],
  [
    'deleted at the source',
    'not_in_source',
    'OmsSync.NotInSource',
    () => {
      void store.deleteObject({ bucket: 'source', key: KEY });
      return {};
    },
  ],
  [
    'destination store not answering',
    'unknown',
    'OmsSync.ObjectStoreUnavailable',
    () => ({
      storeOf: (side) => {
        if (side === 'source') return store;
        throw new ObjectStoreConnectionError('ECONNREFUSED', {
          operation: 'ListObjects',
          attempts: 1,
          retryable: true,
        });
      },
    }),
  ],
];

describe('locate', () => {
  beforeEach(() => put('source', KEY, 'hello'));

  it.each(SITUATIONS)('finds out: %s', async (_, verdict, code, arrange) => {
    const report = await where(arrange());

    expect([report.verdict, report.cause?.code]).toEqual([verdict, code]);
    expect(report.stations.map(({ name }) => name)).toEqual([
      'source',
      'notification',
      'trigger',
      'queue',
      'dead_letter',
      'oms',
      'destination',
    ]);
    expect(Object.keys(report)).toEqual(['bucket', 'key', 'verdict', 'cause', 'next', 'stations']);
    for (const station of report.stations) expect(Object.keys(station)).toEqual(['name', 'state', 'at', 'detail']);
  });

  it('does not call a source present that it has not asked', async () => {
    const routes = [{ ...ROUTE, source: { bucket: 'other' } }];
    expect(await stationOf('source', { routes })).toMatchObject({ state: 'unknown' });
  });

  it.each([
    ['missing', false],
    ['extra', true],
  ])('says what the destination has where the source has no object: %s', async (state, isCopied) => {
    const key = checkObjectKey('gone');
    if (isCopied) put('copy', key, 'hello');
    const { verdict, stations } = await where({}, key);
    expect([verdict, stations.at(-1)?.state]).toEqual(['not_in_source', state]);
  });

  it('answers although a station never does', async () => {
    const report = await where({ patience: 20, showTask: () => new Promise(() => {}) });

    expect([report.verdict, report.cause?.code]).toEqual(['unknown', 'OmsSync.DeadlineExceeded']);
  });

  it('does not take another object for this one whose name begins with its name', async () => {
    put('copy', `${KEY}.bak`, 'hello', UPLOADED + 1000);

    expect((await where()).verdict).toBe('missing');
  });

  it('of several routes tells of the one by which the object has not arrived', async () => {
    put('copy', KEY, 'hello', UPLOADED + 1000);
    const second: Route = { ...ROUTE, name: 'second', destination: { bucket: 'other' }, sync_task_id: 'task-2' };

    const asked: string[] = [];
    store.intercept = ({ bucket, operation }, work) => {
      if (bucket === 'state' && operation === 'ListObjects') asked.push('documents');
      work();
    };
    const platform: Partial<WhereOptions> = {
      queue: async () => {
        asked.push('queue');
        return { waiting: 0, running: 0, complete: true };
      },
      lines: async () => {
        asked.push('lines');
        return [];
      },
    };
    await where(platform);
    const once = asked.splice(0).toSorted();
    expect((await where({ routes: [ROUTE, second], ...platform })).verdict).toBe('missing');
    expect(asked.toSorted(), 'nothing that routes share is asked twice').toEqual(once);
  });

  it('asks OMS for the destination that a route does not name', async () => {
    put('copy', KEY, 'hello', UPLOADED + 1000);
    const { destination: _, ...route } = ROUTE;

    expect((await where({ routes: [route] })).verdict).toBe('arrived');
  });

  it('says that a function does not ask the platform, and is not green for it', async () => {
    const report = await where({ queue: undefined, lines: undefined });

    expect([report.verdict, report.cause?.code]).toEqual(['unknown', 'OmsSync.NotAsked']);
  });

  it('leaves an older version out: a list or a letter of it holds nothing', async () => {
    const old = keysLetter({ Records: [record(KEY, 'source', '2026-10-01T09:00:00.000Z')] });
    put('state', `dead-letters/${deadLetterName(old)}`, JSON.stringify(old), UPLOADED - 2 * HOUR);
    put('copy', 'oms/sync_task/task-1/failed_object_lists/1.txt', `2026-10-01 17:00:00\t${KEY}\t5\n`, UPLOADED - HOUR);

    expect((await where()).verdict).toBe('missing');
  });

  it('reads lists whose folder it does not know, and says so without a verdict', async () => {
    put('copy', 'oms/sync_task/task-1/retry_lists/1.txt', `2026-10-01 19:00:01\t${KEY}\t5\n`);

    expect(await stationOf('oms')).toMatchObject({
      state: 'running',
      detail: expect.stringContaining('retry_lists/1.txt names the object'),
    });
  });

  it.each([
    ['with its size, by tabs', `2026-10-01 19:00:01\t${KEY}\t5`, 'failed'],
    ['with its size, by commas', `2026-10-01 19:00:01,${KEY},5`, 'failed'],
    ['with its size, by blanks', `2026-10-01 19:00:01 ${KEY} 5`, 'failed'],
    ['with an error code, by tabs', `2026-10-01 19:00:01\t${KEY}\t5\tOMS.0089 no such object`, 'failed'],
    ['alone', KEY, 'failed'],
    ['as the beginning of another name', `2026-10-01 19:00:01\t${KEY} 2\t5`, 'running'],
    ['as the end of another name', `2026-10-01 19:00:01\tx/${KEY}\t5`, 'running'],
  ])('finds a name in a list that stands there %s', async (_, line, state) => {
    put('copy', 'oms/sync_task/task-1/failed_object_lists/1.txt', `other\r\n${line}\r\n`);

    expect((await stationOf('oms')).state).toBe(state);
  });

  it('says which request OMS accepted it with', async () => {
    const line = {
      message: 'accepted',
      function: 'on-object-created',
      request_id: 'r-1',
      accepted_keys: [{ sync_task_id: 'task-1', oms_request_id: 'oms-1', bucket: 'source', keys: ['x', KEY] }],
    };
    const lines = async () => [{ time: UPLOADED + 500, text: JSON.stringify(line) }];
    const report = await where({ lines });

    expect([report.verdict, report.cause?.code]).toEqual(['missing', 'OmsSync.NotCopied']);
    expect(report.stations[1]).toMatchObject({ state: 'received', detail: expect.stringContaining('oms-1') });
  });

  it('says when the next pass runs, and what the last one said', async () => {
    const report = await where({ periods: { redrive: 900_000, reconcile: 900_000 } });

    expect(report.next).toMatchObject({ by: 'reconcile', at: null });
    expect((await stationOf('destination')).detail).toContain('No pass has been made.');
  });
});

describe('among thousands of documents', () => {
  const COUNT = 600;
  const uploadOf = (index: number) => UPLOADED + index * 1000;
  const keyOf = (kind: string, index: number) => checkObjectKey(`${kind}/${index}`);
  const read = () =>
    store.calls.filter(({ operation, key }) => operation === 'GetObject' && /^(dead|parked|failed)/.test(key)).length;

  beforeEach(() => {
    for (let index = 0; index < COUNT; index++) {
      const time = new Date(uploadOf(index)).toISOString();
      const eventOf = (kind: string) => ({ Records: [record(keyOf(kind, index), 'source', time)] });
      for (const kind of ['dead-letters', 'parked']) {
        const written = keysLetter(eventOf(kind));
        put('state', `${kind}/${deadLetterName(written)}`, JSON.stringify(written), uploadOf(index) + 1000);
      }
      const given = { ...failedInvocation(eventOf('failed-invocations')), timestamp: time };
      const name = `failed-invocations/${(index * 7919) % COUNT}.json`;
      put('state', name, JSON.stringify(given), uploadOf(index) + 90_000 + (index % 7) * 1000);
    }
  });

  it.each(['dead-letters', 'parked', 'failed-invocations'])('finds the one in %s, and reads few', async (kind) => {
    const key = keyOf(kind, 345);
    put('source', key, 'hello', uploadOf(345) - 400);
    const { stations } = await where({}, key);

    expect(stations[4]).toMatchObject({ state: kind.replace(/s$/, '').replace('-', '_') });
    expect(read()).toBeLessThan(COUNT / 2);
  });

  it('says that it does not know where the bound of time is reached before all are read', async () => {
    put('source', KEY, 'hello', UPLOADED + 60_000);
    let ms = 0;
    const elapsed = () => ms;
    store.intercept = (call, work) => {
      if (call.operation === 'GetObject') ms += 10;
      return work();
    };

    expect((await where({ elapsed })).cause?.code).toBe('OmsSync.TooManyDocuments');
  });

  it('reads every later document of an object that was uploaded in parts, which a store dates by its beginning', async () => {
    const key = keyOf('dead-letters', COUNT - 1);
    put('source', key, 'hello', UPLOADED - 5 * HOUR);
    const listObjects = store.listObjects.bind(store);
    store.listObjects = async (request) => {
      const page = await listObjects(request);
      return {
        ...page,
        objects: page.objects.map((one) => (one.key === key ? { ...one, etag: `${one.etag}-3` } : one)),
      };
    };

    expect((await where({}, key)).verdict).toBe('dead_lettered');
  });
});
