import { describe, expect, it } from 'vitest';
import { parseSchedule, ScheduleError } from '../../../../../scripts/local/functiongraph/timers/parse.ts';

const START = Date.UTC(2026, 0, 1, 12, 0, 0);

function runs(type: 'Rate' | 'Cron', schedule: string, count: number, from = START): string[] {
  const parsed = parseSchedule(type, schedule);
  const times: string[] = [];
  let previous = from;
  for (let index = 0; index < count; index++) {
    const next = parsed.next(previous, previous);
    if (next === undefined) break;
    times.push(new Date(next).toISOString().replace('.000Z', ''));
    previous = next;
  }
  return times;
}

describe('parseSchedule', () => {
  it.each([
    ['Rate', '3m', ['2026-01-01T12:03:00', '2026-01-01T12:06:00']],
    ['Rate', '24h', ['2026-01-02T12:00:00', '2026-01-03T12:00:00']],
    ['Rate', '30d', ['2026-01-31T12:00:00', '2026-03-02T12:00:00']],
    ['Cron', '@every 1h30m', ['2026-01-01T13:30:00', '2026-01-01T15:00:00']],
    ['Cron', '@every 1.5h', ['2026-01-01T13:30:00', '2026-01-01T15:00:00']],
    ['Cron', '@every 1ms', ['2026-01-01T12:00:01', '2026-01-01T12:00:02']],
    ['Cron', '0 0/5 12-14 ? * MON-FRI', ['2026-01-01T12:05:00', '2026-01-01T12:10:00']],
    ['Cron', '@every 45s', ['2026-01-01T12:00:45', '2026-01-01T12:01:30']],
    ['Cron', '0 15 2 * * *', ['2026-01-02T02:15:00', '2026-01-03T02:15:00']],
    ['Cron', '0 15 2 * *', ['2026-01-02T02:15:00', '2026-01-03T02:15:00']],
    ['Cron', 'CRON_TZ=Asia/Shanghai 0 15 2 * * *', ['2026-01-01T18:15:00', '2026-01-02T18:15:00']],
    ['Cron', '*/30 * * * * *', ['2026-01-01T12:00:30', '2026-01-01T12:01:00']],
    [
      'Cron',
      '0 5/20 * * * ?',
      ['2026-01-01T12:05:00', '2026-01-01T12:25:00', '2026-01-01T12:45:00', '2026-01-01T13:05:00'],
    ],
    ['Cron', '0 0 9-17/4 * * MON-FRI', ['2026-01-01T13:00:00', '2026-01-01T17:00:00', '2026-01-02T09:00:00']],
    ['Cron', '0 0 8,20 * JAN,dec *', ['2026-01-01T20:00:00', '2026-01-02T08:00:00']],
    ['Cron', '0 0 0 29 2 *', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
    ['Cron', '0 0 0 * * 0', ['2026-01-04T00:00:00', '2026-01-11T00:00:00']],
    // Both days are restricted: either will do.
    ['Cron', '0 0 0 13 * 5', ['2026-01-02T00:00:00', '2026-01-09T00:00:00', '2026-01-13T00:00:00']],
    ['Cron', '0 0 0 30 2 *', []],
  ] as const)('reads %s %s', (type, schedule, expected) => {
    expect(runs(type, schedule, Math.max(1, expected.length))).toEqual(expected);
  });

  it.each([
    ['Rate', '0m'],
    ['Rate', '61m'],
    ['Rate', '25h'],
    ['Rate', '31d'],
    ['Rate', '5s'],
    ['Rate', '1.5h'],
    ['Rate', '-1m'],
    ['Rate', ''],
    ['Cron', '* * * *'],
    ['Cron', '* * * * * * *'],
    ['Cron', '60 * * * * *'],
    ['Cron', '* * 24 * * *'],
    ['Cron', '* * * 0 * *'],
    ['Cron', '* * * * 13 *'],
    ['Cron', '* * * * * 7'],
    ['Cron', '? * * * * *'],
    ['Cron', '0 0 0 * ? *'],
    ['Cron', '* * * * * FOO'],
    ['Cron', '* * 5-2 * * *'],
    ['Cron', '*/0 * * * * *'],
    ['Cron', '*-5 * * * * *'],
    ['Cron', '1,,2 * * * * *'],
    ['Cron', '0 0 1-3,8 * * *'],
    ['Cron', '0 0 a * * *'],
    ['Cron', '@every'],
    ['Cron', '@every 0s'],
    ['Cron', '@every 1d'],
    ['Cron', '@daily'],
    ['Cron', 'CRON_TZ=Nowhere/City 0 0 0 * * *'],
    ['CRON', '0 0 0 * * *'],
  ])('refuses %s %s', (type, schedule) => {
    expect(() => parseSchedule(type as 'Rate', schedule)).toThrow(ScheduleError);
  });

  it('counts a rate from its start, however late it was noticed', () => {
    const schedule = parseSchedule('Rate', '1m');

    expect(schedule.next(START + 150_000, START)).toBe(START + 180_000);
    expect(schedule.next(START, START)).toBe(START + 60_000);
  });
});
