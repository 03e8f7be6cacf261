import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../../../scripts/local/functiongraph/timers/parse.ts';
import { offsetAt } from '../../../../../scripts/local/functiongraph/timers/zone.ts';
import { runs } from '../../../../helpers/thorough.ts';

/** Seconds that the oracle looks ahead. */
const AHEAD = 9000;

interface Cron {
  readonly text: string;
  readonly matches: (value: number) => boolean;
}

const anything: Cron = { text: '*', matches: () => true };
const one = (low: number, high: number): fc.Arbitrary<Cron> =>
  fc.integer({ min: low, max: high }).map((value) => ({ text: String(value), matches: (v) => v === value }));
const list = (low: number, high: number): fc.Arbitrary<Cron> =>
  fc
    .array(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 4 })
    .map((values) => ({ text: values.join(','), matches: (v) => values.includes(v) }));
const range = (low: number, high: number): fc.Arbitrary<Cron> =>
  fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }), fc.integer({ min: 1, max: 20 }))
    .map(([a, b, step]) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      return { text: `${from}-${to}/${step}`, matches: (v) => v >= from && v <= to && (v - from) % step === 0 };
    });
const field = (low: number, high: number): fc.Arbitrary<Cron> =>
  fc.oneof(fc.constant(anything), one(low, high), list(low, high), range(low, high));

/** Steps second by second and looks at the wall clock, made by another route than the code under test. */
function oracle(fields: readonly Cron[], timeZone: string, after: number): number | undefined {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const [second, minute, hour, day, month, weekday] = fields as [Cron, Cron, Cron, Cron, Cron, Cron];
  const either = day.text !== '*' && weekday.text !== '*';
  for (let time = (Math.floor(after / 1000) + 1) * 1000; time <= after + AHEAD * 1000; time += 1000) {
    // A cheap check first: no zone of today differs from UTC by a part of a minute.
    if (!second.matches((time / 1000) % 60)) continue;
    const [date = '', clockTime = ''] = clock.format(time).split(' ');
    const [h, m] = clockTime.split(':').map(Number) as [number, number];
    if (!hour.matches(h) || !minute.matches(m)) continue;
    const [, mo, d] = date.split('-').map(Number) as [number, number, number];
    const w = new Date(`${date}T00:00:00Z`).getUTCDay();
    const dayMatches = either ? day.matches(d) || weekday.matches(w) : day.matches(d) && weekday.matches(w);
    if (month.matches(mo) && dayMatches) return time;
  }
  return undefined;
}

/** Around changes of daylight saving, in both directions, of a whole and of half an hour; and zones without any. */
const MOMENTS = fc.oneof(
  fc.record({
    timeZone: fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu'),
    start: fc.constant(Date.UTC(2026, 1, 28, 22)),
  }),
  fc.record({
    timeZone: fc.constant('Europe/Berlin'),
    start: fc.constantFrom(Date.UTC(2026, 2, 29, 0), Date.UTC(2026, 9, 25, 0)),
  }),
  fc.record({
    timeZone: fc.constant('America/New_York'),
    start: fc.constantFrom(Date.UTC(2026, 2, 8, 6), Date.UTC(2026, 10, 1, 5)),
  }),
  fc.record({
    timeZone: fc.constant('Australia/Lord_Howe'),
    start: fc.constantFrom(Date.UTC(2026, 3, 4, 14), Date.UTC(2026, 9, 3, 14)),
  }),
);

describe('a Cron schedule', () => {
  it('fires when a naive oracle says, also where daylight saving changes', () => {
    fc.assert(
      fc.property(
        fc.tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)),
        MOMENTS,
        fc.integer({ min: 0, max: 7_200_000 }),
        (fields, { timeZone, start }, shift) => {
          const after = start + shift;
          const schedule = parseSchedule('Cron', `CRON_TZ=${timeZone} ${fields.map(({ text }) => text).join(' ')}`);

          const next = schedule.next(after, after);

          const expected = oracle(fields, timeZone, after);
          if (expected === undefined) expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThan(after + AHEAD * 1000);
          else expect(next).toBe(expected);
        },
      ),
      { seed: 20_260_101, numRuns: runs(200) },
    );
  });

  it('skips a time that does not exist and repeats one that comes twice', () => {
    const schedule = parseSchedule('Cron', 'CRON_TZ=Europe/Berlin 0 30 2 * * *');
    const runs = (from: number): string[] => {
      const first = schedule.next(from, from) ?? 0;
      return [first, schedule.next(first, first) ?? 0].map((time) => new Date(time).toISOString());
    };

    expect(runs(Date.UTC(2026, 2, 28, 12))).toEqual(['2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z']);
    expect(runs(Date.UTC(2026, 9, 24, 12))).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']);
  });

  it('knows the offset of a zone of three quarters of an hour', () => {
    expect(offsetAt(0, 'Asia/Kathmandu')).toBe(5.5 * 3_600_000);
    expect(offsetAt(Date.UTC(2026, 0, 1), 'Asia/Kathmandu')).toBe(5.75 * 3_600_000);
  });
});
