import { describe, expect, it } from 'vitest';
import { REASONS } from '#shared/reconcile/compare/verdict.ts';
import { REMEDIES } from '#shared/reconcile/report/reason-remedies.ts';
import {
  makeReport,
  type Report,
  type ReportInput,
  readReport,
  reportSchema,
} from '#shared/reconcile/report/report.ts';
import { countsOf } from '../../../helpers/reconcile.ts';

const counters = (requested: number) => ({ requested, succeeded: requested, failed: 0, skipped: 0, bytes: requested });
const STARTED = Date.UTC(2026, 10, 21, 12);
const input = (facts: Partial<ReportInput> = {}): ReportInput => ({
  route: 'reports',
  syncTaskId: 'task',
  pass: 2,
  id: 'abc',
  started: STARTED,
  finished: STARTED + 20_000,
  runs: 3,
  source: { bucket: 'source', prefix: 'p/' },
  destination: { bucket: 'destination', prefix: 'p/' },
  counts: countsOf({ same: 10, missing: 3, size_differs: 1, extra: 2, in_flight: 1 }),
  complete: true,
  emptySourceConfirmed: false,
  stopped: [],
  accepted: 3,
  failed: 1,
  pending: 0,
  calls: { list: 4, events: 1 },
  knownFailures: 1,
  ...facts,
});

describe('makeReport', () => {
  it('says what was found and done', () => {
    const report = makeReport(input());

    expect(report).toMatchObject({
      version: 1,
      route: 'reports',
      pass: 2,
      started: '2026-11-21T12:00:00.000Z',
      finished: '2026-11-21T12:00:20.000Z',
      duration_seconds: 20,
      source: { bucket: 'source', prefix: 'p/', objects: 15, bytes: 15 },
      destination: { bucket: 'destination', objects: 12, bytes: 12 },
      converged: false,
      obstacles: ['missing', 'size_differs'],
      differences: 4,
      submitted: 4,
      accepted: 3,
      failed: 1,
      rates: { objects_per_second: 0.75, submitted_per_second: 0.2 },
      direction: 'unknown',
      trend: [{ pass: 2, differences: 4, submitted: 4, source_objects: 15, converged: false }],
    });
    expect(report.verdicts.missing).toEqual({ objects: 3, bytes: 3, keys: ['missing0', 'missing1', 'missing2'] });
    expect(report).not.toHaveProperty('oms');
    expect(report.loss).not.toHaveProperty('since');
  });

  it('has the form that is published, and is read as it was written', () => {
    const previous = makeReport(input({ pass: 1 }));
    const oms = { before: counters(1), after: counters(5) };
    const stopped = [{ until: 'm', cursor: 'c', side: 'source', fault: 'out_of_order' }] as const;
    const report = makeReport(input({ previous, oms, changedSince: STARTED - 1000, stopped }));

    expect(reportSchema.parse(report)).toEqual(report);
    expect(readReport(JSON.stringify(report))).toEqual(report);
    expect(report.trend.map(({ pass }) => pass)).toEqual([1, 2]);
    expect(report.stopped).toEqual(stopped);
  });

  it('tells what can be done about each reason, most telling first as in the list of reasons', () => {
    const counts = countsOf({ unmigratable: 2, ignored_by_oms: 1 });
    Object.assign(counts.reasons, { archived: 2, no_overwrite: 1 });

    expect(makeReport(input({ counts })).reasons).toEqual([
      { reason: 'no_overwrite', objects: 1, remedy: REMEDIES.no_overwrite },
      { reason: 'archived', objects: 2, remedy: REMEDIES.archived },
    ]);
    for (const reason of REASONS) expect(REMEDIES[reason]).toMatch(/^[A-Z].*\.$/);
  });

  it('takes the counters of OMS apart', () => {
    const during = (before: number, after: number) =>
      makeReport(input({ oms: { before: counters(before), after: counters(after) } })).oms?.during;

    expect(during(5, 12)).toEqual(counters(7));
    expect(during(5, 5)).toEqual(counters(0));
  });

  it('tells no difference where the month has turned and the counters began anew', () => {
    const { oms } = makeReport(input({ oms: { before: counters(500), after: counters(3) } }));

    expect(oms).toEqual({ before: counters(500), after: counters(3) });
  });

  it('estimates the loss of notifications', () => {
    const counts = countsOf({ same: 100, missing: 5 });
    Object.assign(counts.changed, { objects: 50, lost: 5 });

    expect(makeReport(input({ counts, changedSince: STARTED - 1000 })).loss).toEqual({
      since: '2026-11-21T11:59:59.000Z',
      changed: 50,
      lost: 5,
      explained: 1,
      unexplained: 4,
      rate: 0.08,
    });
    expect(makeReport(input({ counts })).trend[0]?.loss_rate).toBe(0.08);
  });

  it('compares with the source objects of the last pass', () => {
    const previous = makeReport(input({ pass: 1, counts: countsOf({ same: 500 }) }));
    const report = makeReport(input({ previous, counts: countsOf({ same: 200 }) }));

    expect(report).toMatchObject({ converged: false, obstacles: ['source_shrank'] });
  });

  it('has no rates of a pass that took no time', () => {
    const report = makeReport(input({ finished: STARTED }));

    expect(report.rates).toEqual({ objects_per_second: 0, submitted_per_second: 0 });
    expect(makeReport(input({ finished: STARTED - 5 })).duration_seconds).toBe(0);
  });

  it('is converged when nothing differs', () => {
    expect(makeReport(input({ counts: countsOf({ same: 5 }) }))).toMatchObject({
      converged: true,
      obstacles: [],
      direction: 'converged',
    });
  });
});

describe('readReport', () => {
  const report: Report = makeReport(input());

  it.each([
    ['empty', ''],
    ['broken off', JSON.stringify(report).slice(0, -5)],
    ['of another version', JSON.stringify({ ...report, version: 2 })],
    ['without counts', JSON.stringify({ ...report, verdicts: {} })],
    ['null', 'null'],
  ])('knows nothing from a report that is %s', (_name, text) => {
    expect(readReport(text)).toBeUndefined();
  });
});
