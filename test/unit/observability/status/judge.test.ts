import { describe, expect, it } from 'vitest';
import {
  isLate,
  judgePass,
  judgeTask,
  judgeTimer,
  judgeWaiting,
  type PassFacts,
} from '#shared/observability/status/judge.ts';
import type { Place, RouteStatus, Status, TimerStatus, Waiting } from '#shared/observability/status/report.ts';
import { worstOf } from '#shared/observability/status/report.ts';

const NOW = Date.parse('2026-11-30T12:00:00.000Z');
const MINUTE = 60_000;
const MOMENT = { now: NOW, threshold: 15 * MINUTE };
const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();

const waiting = (fields: Partial<Waiting>): Waiting => ({
  count: 3,
  complete: true,
  oldest: ago(1),
  sampled: 0,
  causes: [],
  ...fields,
});
const cause = (code: string) => ({ code, remedy: `Cure ${code}.`, documents: 1 });

describe('the status of what waits', () => {
  it.each<readonly [situation: string, place: Place, fields: Partial<Waiting>, status: Status]>([
    ['nothing', 'dead_letters', { count: 0, oldest: null }, 'healthy'],
    ['invocations since a minute', 'platform', {}, 'healthy'],
    ['invocations for longer than the threshold', 'platform', { oldest: ago(16) }, 'behind'],
    ['invocations without a time', 'platform', { oldest: null }, 'unknown'],
    ['more invocations than are told', 'platform', { complete: false }, 'behind'],
    ['dead letters since a minute', 'dead_letters', { causes: [cause('OmsSync.OmsUnavailable')] }, 'healthy'],
    ['dead letters for longer', 'dead_letters', { oldest: ago(16) }, 'behind'],
    ['dead letters that no retry cures', 'dead_letters', { causes: [cause('OmsSync.KeyRefused')] }, 'stuck'],
    ['dead letters of another release', 'dead_letters', { causes: [cause('Future.Code')] }, 'healthy'],
    ['failed invocations for longer', 'failed_invocations', { oldest: ago(16) }, 'behind'],
    ['more documents than were counted', 'failed_invocations', { complete: false }, 'behind'],
    ['one parked document, however young', 'parked', { count: 1, oldest: ago(0) }, 'stuck'],
  ])('%s', (_situation, place, fields, status) => {
    expect(worstOf(judgeWaiting(place, waiting(fields), MOMENT).map((reason) => reason.status))).toBe(status);
  });

  it('tells the number, the age and what to do', () => {
    const [reason] = judgeWaiting('dead_letters', waiting({ causes: [cause('OmsSync.KeyRefused')] }), MOMENT);

    expect(reason).toEqual({
      status: 'stuck',
      code: 'OmsSync.DeadLettersWaiting',
      message: `3 dead letters wait for redrive, the oldest since ${ago(1)}. OmsSync.KeyRefused.`,
      remedy: 'Cure OmsSync.KeyRefused.',
    });
  });
});

describe('the status of a pass', () => {
  const pass = (fields: Partial<PassFacts>): PassFacts => ({
    finished: ago(5),
    obstacles: [],
    differences: 0,
    ...fields,
  });

  it.each<readonly [situation: string, pass: PassFacts | undefined, statuses: readonly Status[]]>([
    ['it converged', pass({}), []],
    ['there was none', undefined, ['unknown']],
    ['it found differences', pass({ obstacles: ['missing'], differences: 2 }), ['behind']],
    ['submissions are in vain', pass({ obstacles: ['missing', 'submitted_in_vain'], differences: 3 }), ['stuck']],
    ['OMS cannot copy some', pass({ obstacles: ['unmigratable'], differences: 1 }), ['stuck']],
    ['OMS would skip some', pass({ obstacles: ['ignored_by_oms'], differences: 1 }), ['stuck']],
    ['everything is in flight', pass({ obstacles: ['all_in_flight'] }), ['unknown']],
    ['the source lists nothing', pass({ obstacles: ['empty_source'] }), ['unknown']],
    ['the source shrank', pass({ obstacles: ['source_shrank'] }), ['unknown']],
    ['it is incomplete', pass({ obstacles: ['missing', 'incomplete'], differences: 1 }), ['behind', 'unknown']],
  ])('%s', (_situation, facts, statuses) => {
    expect(judgePass(facts).map(({ status }) => status)).toEqual(statuses);
  });
});

describe('the status of a sync task', () => {
  const facts = (state: RouteStatus['task']['state'], oms: RouteStatus['oms'] = { count: 0, oldest: null }) => ({
    task: { state, detail: 'It says so.' },
    oms,
    cause: state === 'running' ? undefined : { code: 'OmsSync.Some', message: 'Some.', remedy: 'Cure it.' },
  });

  it.each<readonly [situation: string, facts: Parameters<typeof judgeTask>[0], status: Status]>([
    ['it runs', facts('running'), 'healthy'],
    ['it is stopped', facts('stopped'), 'stuck'],
    ['OMS does not know it', facts('not_found'), 'stuck'],
    ['OMS does not answer', facts('unknown'), 'unknown'],
    ['copies wait, nobody knows since when', facts('running', { count: 5, oldest: null }), 'healthy'],
    ['copies wait since a minute', facts('running', { count: 5, oldest: ago(1) }), 'healthy'],
    ['copies wait for longer', facts('running', { count: 5, oldest: ago(16) }), 'behind'],
    ['OMS tells no counters', facts('running', { count: null, oldest: null }), 'healthy'],
  ])('%s', (_situation, given, status) => {
    expect(worstOf(judgeTask(given, MOMENT).map((reason) => reason.status))).toBe(status);
  });
});

describe('the status of a timer', () => {
  const timer = (fields: Partial<TimerStatus>): TimerStatus => ({
    name: 'redrive',
    last: ago(5),
    every_seconds: 900,
    late: false,
    ...fields,
  });

  it.each<readonly [situation: string, timer: TimerStatus, status: Status]>([
    ['it ran', timer({}), 'healthy'],
    ['it is late', timer({ late: true }), 'stuck'],
    ['it never ran', timer({ last: null }), 'unknown'],
    ['there is none', timer({ last: null, every_seconds: null }), 'healthy'],
  ])('%s', (_situation, given, status) => {
    expect(worstOf(judgeTimer(given).map((reason) => reason.status))).toBe(status);
  });

  it.each([
    [29, false],
    [30, false],
    [31, true],
  ])('is late after two of its periods: %d minutes', (minutes, late) => {
    expect(isLate(NOW - minutes * MINUTE, 15 * MINUTE, NOW)).toBe(late);
  });
});

it('is the worst of all: what is known to be wrong counts more than what is not known', () => {
  expect(worstOf([])).toBe('healthy');
  expect(worstOf(['unknown'])).toBe('unknown');
  expect(worstOf(['unknown', 'behind'])).toBe('behind');
  expect(worstOf(['stuck', 'unknown', 'behind'])).toBe('stuck');
});
