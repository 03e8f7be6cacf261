import { describe, expect, it } from 'vitest';
import { explain, type Timers } from '#shared/observability/explain.ts';
import {
  STATIONS,
  type StateOf,
  type StationName,
  type Stations,
  type Verdict,
} from '#shared/observability/station.ts';

type States = { readonly [N in StationName]?: StateOf<N> | readonly [StateOf<N>, code: string] };

/** An object that reached nothing yet, old enough that it should have. */
const BASE = {
  source: 'present',
  notification: 'not_seen',
  trigger: 'routed',
  queue: 'empty',
  dead_letter: 'none',
  oms: 'running',
  destination: 'missing',
} as const;

function stationsOf(states: States): Stations {
  const all = { ...BASE, ...states };
  return Object.fromEntries(
    STATIONS.map((name) => {
      const [state, code] = [all[name]].flat();
      const cause = code === undefined ? {} : { cause: { code, message: 'It says why.', remedy: `Cure ${code}.` } };
      return [name, { name, state, at: '2026-11-30T10:00:00.000Z', detail: '', ...cause }];
    }),
  ) as unknown as Stations;
}

const TIMERS: Timers = { redrive: '2026-11-30T10:15:00.000Z', reconcile: '2026-11-30T10:20:00.000Z' };
const stopped = ['stopped', 'OmsSync.SyncTaskStopped'] as const;
const down = ['unknown', 'OmsSync.OmsUnavailable'] as const;

type Row = readonly [situation: string, states: States, verdict: Verdict, code: string | null, by: string | null];

/** What holds an object, by its situation. */
const SITUATIONS: readonly Row[] = [
  ['arrived', { destination: 'same' }, 'arrived', null, null],
  ['in flight', { destination: 'in_flight' }, 'in_flight', null, 'oms'],
  ['notification lost', {}, 'missing', 'OmsSync.NotificationLost', 'reconcile'],
  ['no route', { trigger: ['not_routed', 'OmsSync.NoRoute'] }, 'not_routed', 'OmsSync.NoRoute', 'you'],
  ['filtered', { trigger: ['filtered', 'OmsSync.OwnObject'] }, 'not_routed', 'OmsSync.OwnObject', 'you'],
  ['task stopped', { oms: stopped }, 'waiting', 'OmsSync.SyncTaskStopped', 'you'],
  ['OMS down', { oms: down, queue: 'waiting' }, 'waiting', 'OmsSync.OmsUnavailable', 'platform'],
  [
    'retries running',
    { notification: ['failing', 'OmsSync.OmsThrottled'], queue: 'waiting', destination: 'in_flight' },
    'waiting',
    'OmsSync.OmsThrottled',
    'platform',
  ],
  [
    'failed invocation',
    { dead_letter: ['failed_invocation', 'OmsSync.FailedInvocation'] },
    'dead_lettered',
    'OmsSync.FailedInvocation',
    'redrive',
  ],
  ['dead letter', { dead_letter: ['dead_letter', 'OmsSync.KeyRefused'] }, 'dead_lettered', 'OmsSync.KeyRefused', 'you'],
  ['parked', { dead_letter: ['parked', 'OmsSync.KeyRefused'] }, 'parked', 'OmsSync.KeyRefused', 'you'],
  ['failed at OMS', { oms: ['failed', 'OmsSync.FailedAtOms'] }, 'failed_at_oms', 'OmsSync.FailedAtOms', 'reconcile'],
  ['skipped by OMS', { oms: ['skipped', 'OmsSync.SkippedByOms'] }, 'skipped_by_oms', 'OmsSync.SkippedByOms', 'you'],
  ['deleted at the source', { source: 'absent' }, 'not_in_source', 'OmsSync.NotInSource', null],
  [
    'destination store not answering',
    { destination: ['unknown', 'OmsSync.ObjectStoreUnavailable'] },
    'unknown',
    'OmsSync.ObjectStoreUnavailable',
    'you',
  ],
];

/** What one station says does not hide what another one says. */
const TOGETHER: readonly Row[] = [
  [
    'arrived, though a document of it is left',
    { destination: 'same', dead_letter: 'dead_letter' },
    'arrived',
    null,
    null,
  ],
  ['arrived, though OMS is down now', { destination: 'same', oms: down }, 'arrived', null, null],
  [
    'a failed invocation of a stopped task',
    { dead_letter: ['failed_invocation', 'OmsSync.FailedInvocation'], oms: stopped },
    'dead_lettered',
    'OmsSync.SyncTaskStopped',
    'you',
  ],
  [
    'a dead letter that a retry may cure',
    { dead_letter: ['dead_letter', 'OmsSync.OmsUnavailable'] },
    'dead_lettered',
    'OmsSync.OmsUnavailable',
    'redrive',
  ],
  [
    'a stopped task and a young object',
    { oms: stopped, destination: 'in_flight' },
    'waiting',
    'OmsSync.SyncTaskStopped',
    'you',
  ],
  ['OMS down and no invocation waits', { oms: down }, 'unknown', 'OmsSync.OmsUnavailable', 'you'],
  ['OMS down and a young object', { oms: down, destination: 'in_flight' }, 'unknown', 'OmsSync.OmsUnavailable', 'you'],
  ['invocations wait', { queue: 'waiting' }, 'waiting', 'OmsSync.InvocationsWaiting', 'platform'],
  ['invocations run for a young object', { queue: 'waiting', destination: 'in_flight' }, 'in_flight', null, 'oms'],
  [
    'the task is gone',
    { oms: ['not_found', 'OmsSync.SyncTaskNotFound'] },
    'missing',
    'OmsSync.SyncTaskNotFound',
    'you',
  ],
  ['accepted and not copied', { notification: 'received' }, 'missing', 'OmsSync.NotCopied', 'reconcile'],
  ['copied and gone again', { oms: 'copied' }, 'missing', 'OmsSync.CopyRemoved', 'reconcile'],
  ['the queue was not asked', { queue: ['unknown', 'OmsSync.NotAsked'] }, 'unknown', 'OmsSync.NotAsked', 'you'],
  [
    'the queue was not asked, of a young object',
    { queue: ['unknown', 'OmsSync.NotAsked'], destination: 'in_flight' },
    'in_flight',
    null,
    'oms',
  ],
  [
    'documents were not all read',
    { dead_letter: ['unknown', 'OmsSync.TooManyDocuments'] },
    'unknown',
    'OmsSync.TooManyDocuments',
    'you',
  ],
  [
    'logs were not read',
    { notification: ['unknown', 'OmsSync.NotAsked'] },
    'missing',
    'OmsSync.NotificationLost',
    'reconcile',
  ],
  [
    'the source was not asked',
    { source: ['unknown', 'OmsSync.ObjectStoreUnavailable'] },
    'unknown',
    'OmsSync.ObjectStoreUnavailable',
    'you',
  ],
  [
    'skipped by rule',
    { destination: ['ignored_by_oms', 'OmsSync.IgnoredByOms'] },
    'skipped_by_oms',
    'OmsSync.IgnoredByOms',
    'you',
  ],
  [
    'cannot be copied',
    { destination: ['unmigratable', 'OmsSync.Unmigratable'] },
    'failed_at_oms',
    'OmsSync.Unmigratable',
    'you',
  ],
  ['not routed and deleted', { source: 'absent', trigger: 'not_routed' }, 'not_in_source', 'OmsSync.NotInSource', null],
];

describe('explain', () => {
  it.each([...SITUATIONS, ...TOGETHER])('says of "%s" what holds the object', (_, states, verdict, code, by) => {
    const explained = explain(stationsOf(states), TIMERS);

    expect(explained.verdict).toBe(verdict);
    expect(explained.cause?.code ?? null).toBe(code);
    expect(explained.next?.by ?? null).toBe(by);
  });

  it('says when a timer acts next', () => {
    const lost = explain(stationsOf({}), TIMERS);
    const given = explain(stationsOf({ dead_letter: 'failed_invocation' }), TIMERS);

    expect([lost.next?.at, given.next?.at]).toEqual([TIMERS.reconcile, TIMERS.redrive]);
    expect(explain(stationsOf({})).next?.at).toBeNull();
  });

  it('is never green where a station that could hold the object is unknown', () => {
    for (const name of STATIONS) {
      if (name === 'notification') continue;
      const { verdict } = explain(stationsOf({ [name]: 'unknown' }));

      expect([name, verdict]).toEqual([name, 'unknown']);
    }
  });
});
