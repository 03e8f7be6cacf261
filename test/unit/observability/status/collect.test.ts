import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import { AppError } from '#shared/errors/base.ts';
import { collectHolds, collectStatus, type StatusOptions } from '#shared/observability/status/collect.ts';
import { worstOf } from '#shared/observability/status/report.ts';
import { noCounts } from '#shared/reconcile/compare/counts.ts';
import { LAST_REPORT } from '#shared/redrive/reports.ts';
import { FORM } from '../../../helpers/key-encodings.ts';
import { storeUnavailable } from '../../../helpers/memory-object-store.ts';
import { reportOf } from '../../../helpers/reconcile-report.ts';
import { keysLetter, record, seedFailed, seedLetter } from '../../../helpers/redrive-documents.ts';
import { NOW, PREFIXES, RedriveWorld, STATE_BUCKET } from '../../../helpers/redrive-world.ts';

const MINUTE = 60_000;
const iso = (time: number): string => new Date(time).toISOString();

const TASK = {
  sync_task_id: 'task-1',
  status: 'SYNCHRONIZING',
  dst_bucket: 'destination',
  monthly_acceptance_request: 10,
  monthly_success_object: 8,
  monthly_failure_object: 0,
  monthly_skip_object: 0,
};

/** A world in which nothing is wrong: each test takes something away. */
function world() {
  const state = new RedriveWorld();
  const { store } = state;
  for (const bucket of ['source', 'destination']) store.seed(bucket, 'a', 'a');
  const redriven = { started: iso(NOW - 5 * MINUTE), ended: iso(NOW - 4 * MINUTE), remains: false };
  store.seed(STATE_BUCKET, LAST_REPORT, JSON.stringify(redriven));
  seedPass(state, {});
  const options: StatusOptions = {
    routes: [
      { name: 'photos', source: { bucket: 'source' }, destination: { bucket: 'destination' }, sync_task_id: 'task-1' },
    ],
    state: { store, bucket: STATE_BUCKET, prefixes: PREFIXES, own: Object.values(PREFIXES), reconcile: 'reconcile/' },
    keyEncodings: FORM,
    storeOf: () => store,
    showTask: async () => TASK as never,
    now: () => NOW,
    patience: 2_000,
    threshold: 15 * MINUTE,
    queue: async () => ({ waiting: 0, running: 0, complete: true }),
    periods: { redrive: 15 * MINUTE, reconcile: 15 * MINUTE },
  };
  return { state, store, options };
}

function seedPass({ store }: RedriveWorld, fields: object): void {
  const report = {
    ...reportOf(noCounts(), { emptySourceConfirmed: true }),
    started: iso(NOW - 3 * MINUTE),
    finished: iso(NOW - 2 * MINUTE),
    ...fields,
  };
  store.seed(STATE_BUCKET, 'reconcile/photos/latest.json', JSON.stringify(report));
}

const codesOf = async (options: StatusOptions): Promise<string[]> => {
  const { reasons, routes } = await collectStatus(options);
  return [...reasons, ...routes.flatMap((route) => route.reasons)].map(({ code }) => code);
};

describe('a status', () => {
  it('is healthy where nothing waits, the task runs and the last pass converged', async () => {
    const { options } = world();

    const report = await collectStatus(options);

    expect(report.routes[0]?.reasons).toEqual([]);
    expect(report).toMatchObject({
      status: 'healthy',
      reasons: [],
      last_redrive: { remains: false },
      redrive_timer: { late: false },
      routes: [
        {
          route: 'photos',
          status: 'healthy',
          source: { state: 'answers' },
          destination: { bucket: 'destination', state: 'answers' },
          task: { state: 'running' },
          oms: { count: 2, oldest: null },
          last_pass: { converged: true },
          timer: { last: iso(NOW - 2 * MINUTE), late: false },
        },
      ],
    });
  });

  const down = async (): Promise<never> => {
    throw new AppError(502, 'OmsSync.Down', 'It is down.');
  };
  type Change = (given: ReturnType<typeof world>) => Partial<StatusOptions>;
  it.each<readonly [situation: string, change: Change, status: string, code: string]>([
    [
      'the task is stopped',
      () => ({ showTask: async () => ({ ...TASK, status: 'STOPPED' }) as never }),
      'stuck',
      'OmsSync.SyncTaskStopped',
    ],
    ['OMS does not answer', () => ({ showTask: down }), 'unknown', 'OmsSync.Down'],
    ['FunctionGraph does not answer', () => ({ queue: down }), 'unknown', 'OmsSync.Down'],
    [
      'FunctionGraph takes too long',
      () => ({ queue: () => new Promise(() => {}), patience: 50 }),
      'unknown',
      'OmsSync.DeadlineExceeded',
    ],
    ['nobody asks FunctionGraph', () => ({ queue: undefined }), 'unknown', 'OmsSync.NotAsked'],
    [
      'there is no state bucket',
      ({ options }) => ({ state: { ...options.state, store: undefined } }),
      'unknown',
      'OmsSync.NoStateBucket',
    ],
    ['there is no route', () => ({ routes: [] }), 'unknown', 'OmsSync.NoRoutes'],
    [
      'a store does not answer',
      () => ({
        storeOf: () => {
          throw storeUnavailable({ operation: 'ListObjects', bucket: 'destination' });
        },
      }),
      'unknown',
      'OmsSync.ObjectStoreUnavailable',
    ],
    [
      '60 invocations wait',
      () => ({ queue: async () => ({ waiting: 60, running: 2, oldest: NOW - 16 * MINUTE, complete: true }) }),
      'behind',
      'OmsSync.InvocationsWaiting',
    ],
    [
      'no pass was made',
      ({ store }) => {
        void store.deleteObject({ bucket: STATE_BUCKET, key: 'reconcile/photos/latest.json' });
        return {};
      },
      'unknown',
      'OmsSync.NoPass',
    ],
    [
      'the report of the pass is not readable',
      ({ store }) => {
        store.seed(STATE_BUCKET, 'reconcile/photos/latest.json', '{');
        return {};
      },
      'unknown',
      'OmsSync.UnreadableDocument',
    ],
    [
      'the last pass found differences',
      ({ state }) => {
        seedPass(state, { converged: false, obstacles: ['missing'], differences: 3 });
        return {};
      },
      'behind',
      'OmsSync.Differences',
    ],
    [
      "reconcile's timer is silent",
      ({ state }) => {
        seedPass(state, { finished: iso(NOW - 31 * MINUTE) });
        return {};
      },
      'stuck',
      'OmsSync.TimerLate',
    ],
    [
      "redrive's timer is silent",
      ({ store }) => {
        const time = iso(NOW - 31 * MINUTE);
        store.seed(STATE_BUCKET, LAST_REPORT, JSON.stringify({ started: time, ended: time, remains: false }));
        return {};
      },
      'stuck',
      'OmsSync.TimerLate',
    ],
    [
      'copies wait since the last pass',
      ({ state }) => {
        const after = { requested: 10, succeeded: 8, failed: 0, skipped: 0, bytes: 1 };
        const finished = iso(NOW - 20 * MINUTE);
        seedPass(state, { finished, converged: false, obstacles: ['all_in_flight'], oms: { before: after, after } });
        return {};
      },
      'behind',
      'OmsSync.CopiesWaiting',
    ],
    [
      'a document is parked',
      ({ state }) => {
        seedLetter(state, keysLetter({ Records: [record('b')] }), PREFIXES.parked);
        return {};
      },
      'stuck',
      'OmsSync.ParkedDocuments',
    ],
    [
      'a dead letter waits that no retry cures',
      ({ state }) => {
        seedLetter(state, keysLetter({ Records: [record('b')] }));
        return {};
      },
      'stuck',
      'OmsSync.DeadLettersWaiting',
    ],
    [
      'a failed invocation waits for longer than the threshold',
      ({ state }) => {
        seedFailed(state, { Records: [record('b')] });
        return { now: () => NOW + MINUTE, threshold: MINUTE / 2 };
      },
      'behind',
      'OmsSync.FailedInvocationsWaiting',
    ],
  ])('is not healthy where %s', async (_situation, change, status, code) => {
    const given = world();

    const options = { ...given.options, ...change(given) };

    expect((await collectStatus(options)).status).toBe(status);
    expect(await codesOf(options)).toContain(code);
  });

  it('hears of a long pass by its checkpoint', async () => {
    const { options, state, store } = world();
    seedPass(state, { finished: iso(NOW - 61 * MINUTE) });
    store.seed(STATE_BUCKET, 'reconcile/photos/checkpoint.json', '{}');

    expect((await collectStatus(options)).routes[0]?.timer).toMatchObject({ last: iso(NOW), late: false });
  });

  it('of a route does not depend on documents that are all about another', async () => {
    const { options, state } = world();
    seedLetter(state, keysLetter({ Records: [record('b')] }), PREFIXES.parked);
    const other = { name: 'other', source: { bucket: 'others' }, destination: { bucket: 'd' }, sync_task_id: 'task-2' };
    const report = reportOf(noCounts(), { emptySourceConfirmed: true });
    state.store.seed('others', 'a', 'a');
    const finished = iso(NOW - MINUTE);
    state.store.seed(STATE_BUCKET, 'reconcile/other/latest.json', JSON.stringify({ ...report, finished }));

    const { status, routes } = await collectStatus({ ...options, routes: [...options.routes, other] });

    expect(status).toBe('stuck');
    expect(routes.map((route) => route.status)).toEqual(['stuck', 'healthy']);
  });
});

describe('the count of documents', () => {
  it('of 10,000 of each kind takes 10 pages of names of each, and 50 documents', async () => {
    const { options, state, store } = world();
    const letter: DeadLetter = keysLetter({ Records: [record('b')] });
    const body = JSON.stringify(letter);
    for (const prefix of Object.values(PREFIXES))
      for (let index = 0; index < 10_000; index += 1)
        store.seed(STATE_BUCKET, `${prefix}2026-09-30/03-24-43-${String(index).padStart(32, '0')}.json`, body);
    state.store.calls.length = 0;

    const { waiting } = await collectStatus(options);

    const counted = { count: 10_000, complete: true, oldest: '2026-09-30T03:24:43.000Z', sampled: 50 };
    expect(waiting).toMatchObject({ failed_invocations: counted, dead_letters: counted, parked: counted });
    expect(waiting.dead_letters.causes).toEqual([
      expect.objectContaining({ code: 'OmsSync.KeyRefused', documents: 50 }),
    ]);
    expect(store.calls.filter(({ operation }) => operation === 'GetObject').length).toBeLessThanOrEqual(152);
    // Two more list the first name of source and destination.
    expect(store.calls.filter(({ operation }) => operation === 'ListObjects').length).toBeLessThanOrEqual(32);
  });
});

describe('what holds objects back elsewhere', () => {
  it('is nothing where the tasks run and no invocation waits', async () => {
    expect(await collectHolds(world().options, ['task-1'])).toEqual([]);
  });

  it('is an invocation that waits, however short, and a stopped task', async () => {
    const { options } = world();
    const queue = async () => ({ waiting: 1, running: 0, oldest: NOW, complete: true });
    const showTask = async () => ({ ...TASK, status: 'STOPPED' }) as never;

    const holds = await collectHolds({ ...options, queue, showTask }, ['task-1']);

    expect(holds.map(({ code }) => code)).toEqual(['OmsSync.InvocationsWaiting', 'OmsSync.SyncTaskStopped']);
    expect(worstOf(holds.map(({ status }) => status))).toBe('stuck');
  });
});
