import { describe, expect, it } from 'vitest';
import { openMetrics } from '#shared/observability/metrics/exposition.ts';
import { METRICS, ROUTE_METRICS } from '#shared/observability/metrics/table.ts';
import { noLag } from '#shared/reconcile/compare/lag.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import { metricsInput, NOON, NOTHING } from '../../../helpers/metrics-input.ts';
import { countsOf } from '../../../helpers/reconcile.ts';
import { reportOf } from '../../../helpers/reconcile-report.ts';

const at = Date.parse(NOON);

/** The value of a sample; undefined where there is none. */
function sampleOf(text: string, sample: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

describe('metrics as OpenMetrics text', () => {
  it('have a type, a unit and a help of their own, and end with a mark', () => {
    const input = metricsInput({ dead_letters: { ...NOTHING, count: 3, oldest: '2026-11-30T11:59:00.000Z' } });

    expect(openMetrics(input)).toContain(
      [
        '# TYPE oms_sync_dead_letters gauge',
        '# HELP oms_sync_dead_letters Dead letters that wait for redrive.',
        'oms_sync_dead_letters 3',
        '# TYPE oms_sync_dead_letters_oldest_seconds gauge',
        '# UNIT oms_sync_dead_letters_oldest_seconds seconds',
        '# HELP oms_sync_dead_letters_oldest_seconds Age of the oldest dead letter.',
        'oms_sync_dead_letters_oldest_seconds 60',
        '',
      ].join('\n'),
    );
    expect(openMetrics(input).split('\n').slice(-2)).toEqual(['# EOF', '']);
  });

  it('name the route and nothing else, whatever it is called', () => {
    const name = 'a"b\\c\nd}é';
    const text = openMetrics(
      metricsInput({}, { [name]: reportOf(countsOf({ same: 2 }), { pass: 7 }) }, [name, 'other']),
    );

    expect(text).toContain('oms_sync_passes_total{route="a\\"b\\\\c\\nd}é"} 7\n');
    expect(text).toContain('oms_sync_status{route="other"} 0\n');
    expect(text).not.toContain('oms_sync_passes_total{route="other"}');
    expect(new Set(text.match(/\{\w+=/g))).toEqual(new Set(['{route=']));
  });

  it('leave out what is not known', () => {
    const unknown = { ...NOTHING, count: null, complete: false };
    const text = openMetrics(metricsInput({ platform: unknown, parked: { ...NOTHING, count: 1 } }));

    expect(text).not.toContain('oms_sync_platform');
    expect(text).not.toContain('oms_sync_lag');
    expect(sampleOf(text, 'oms_sync_parked_documents')).toBe(1);
  });

  it('of the backlog go back to 0 while failures stay counted', () => {
    const counters = { requested: 9, succeeded: 7, failed: 2, skipped: 0, bytes: 0 };
    const oms = { before: counters, after: counters };
    const during = metricsInput(
      { dead_letters: { ...NOTHING, count: 2, oldest: '2026-11-30T11:00:00.000Z' } },
      { photos: reportOf(countsOf({ same: 7, missing: 2 }), { oms }) },
    );
    const after = metricsInput({}, { photos: reportOf(countsOf({ same: 9 }), { oms }) });

    const read = (input: typeof during) =>
      [
        'oms_sync_dead_letters',
        'oms_sync_dead_letters_oldest_seconds',
        'oms_sync_backlog_objects{route="photos"}',
        'oms_sync_backlog_bytes{route="photos"}',
        'oms_sync_converged{route="photos"}',
        'oms_sync_oms_failed_objects_total{route="photos"}',
      ].map((sample) => sampleOf(openMetrics(input), sample));

    expect(read(during)).toEqual([2, 3_600, 2, 2, 0, 2]);
    expect(read(after)).toEqual([0, 0, 0, 0, 1, 2]);
  });

  it('of the lag are 0 where nothing changes, and grow where objects wait', () => {
    const pass = (oldest: number): Report =>
      reportOf({ ...countsOf({ same: 1 }), lag: { ...noLag(), oldest } }, { lagSince: at });
    const read = (report: Report) =>
      ['max', 'oldest_waiting'].map((name) =>
        sampleOf(openMetrics(metricsInput({}, { photos: report })), `oms_sync_lag_${name}_seconds{route="photos"}`),
      );

    expect(read(pass(0))).toEqual([0, 0]);
    expect([900, 1_800, 2_700].map((age) => read(pass(age))[1])).toEqual([900, 1_800, 2_700]);
  });
});

describe('the table of metrics', () => {
  const all = [...METRICS, ...ROUTE_METRICS];

  it('has each name once, with its unit at its end', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, unit, help } of all) {
      expect(name).toMatch(/^oms_sync_[a-z0-9_]+$/);
      expect(name).not.toMatch(/_total$/);
      expect(/_(seconds|bytes|ratio|objects)$/.exec(name)?.[1]).toBe(unit);
      expect(help).toMatch(/\.$/);
    }
  });

  it('is written in full for a route of which everything is known', () => {
    const counters = { requested: 1, succeeded: 1, failed: 0, skipped: 0, bytes: 1 };
    const lag = noLag();
    lag.buckets[0] = 2_000;
    lag.offset.samples = 1;
    const previous = reportOf(countsOf({ same: 1 }));
    const counts = { ...countsOf({ same: 2_000 }), lag };
    counts.changed.objects = 1;
    const report = reportOf(counts, { lagSince: at, previous, oms: { before: counters, after: counters } });
    const text = openMetrics(metricsInput({}, { photos: report }));

    expect(text.match(/(?<=^# TYPE )\S+/gm)).toEqual(all.map(({ name }) => name));
    expect(sampleOf(text, 'oms_sync_error_budget_left_ratio{route="photos"}')).toBe(1);
  });
});
