import { describe, expect, it } from 'vitest';
import type { Counts } from '#shared/reconcile/compare/counts.ts';
import { type LagCounts, noLag } from '#shared/reconcile/compare/lag.ts';
import type { Verdict } from '#shared/reconcile/compare/verdict.ts';
import type { ReportInput } from '#shared/reconcile/report/report.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';
import { exitCode, summaryOf, type View } from '../../../../scripts/cli/reconcile/table.ts';
import { countsOf } from '../../../helpers/reconcile.ts';
import { reportOf } from '../../../helpers/reconcile-report.ts';

const VIEW: View = {
  source: { bucket: 'one', prefix: 'a/../b' },
  destination: { bucket: 'two', prefix: 'a/../b' },
  task: undefined,
  dryRun: false,
  graceText: '15m',
  problems: [],
  keys: 10,
  ms: 2000,
  callsPerSecond: 100,
};

function resultOf(
  counts: Counts,
  more: Partial<ReconcileResult> = {},
  input: Partial<ReportInput> = {},
): ReconcileResult {
  const report = reportOf(counts, input);
  return {
    outcome: 'completed',
    report,
    counts,
    accepted: 0,
    failed: 0,
    pending: 0,
    failures: [],
    calls: { list: 4, events: 0 },
    ranges: { done: 1, total: 1 },
    ...more,
  };
}

const summary = (
  objects: Partial<Record<Verdict, number>>,
  view: Partial<View> = {},
  more: Partial<ReconcileResult> = {},
): string => summaryOf(resultOf(countsOf(objects), more), { ...VIEW, ...view });

describe('what a person reads after a comparison', () => {
  it('has both sides and every verdict that occurs, with objects and bytes', () => {
    const text = summary({ same: 1200, missing: 3, in_flight: 1, extra: 1, oms_own: 1 }, { keys: 2 });

    expect(text.split('\n')).toEqual([
      '               objects  bytes',
      '  source         1,204  1,204  "s3://one/a/../b"',
      '  destination    1,202  1,202  "s3://two/a/../b"',
      '',
      '  verdict          objects  bytes',
      '  same               1,200  1,200',
      '  missing                3      3  not at the destination',
      '  in flight              1      1  differs, and was modified within the last 15m',
      '  extra                  1      1  only at the destination; never deleted',
      "  OMS's own lists        1      1  below oms/sync_task/",
      '',
      'Missing:',
      '  "missing0"',
      '  "missing1"',
      '  and 1 more',
      '',
      'In flight:',
      '  "in_flight0"',
      '',
      'Extra:',
      '  "extra0"',
      '',
      'Compared in 2.0 s, 602 objects/s, 4 LIST calls.',
      'Not converged: 3 objects differ.',
      'Nothing was submitted: there is no --task. OMS would copy 3 of them.',
      '1 object in flight: look again in 15m, or with --grace 0.',
    ]);
  });

  it('says that both are the same', () => {
    const text = summary({ same: 1 });
    expect(text).toContain('Converged: 1 object the same on both sides.');
    expect(text).not.toContain('differ');
    expect(text).not.toContain('submitted');
  });

  it('calls nothing converged where all is in flight', () => {
    const text = summary({ in_flight: 20 });
    expect(text).not.toContain('Converged');
    expect(text).toContain('Not converged: nothing is proved yet.\n20 objects in flight: look again in 15m');
  });

  it('does not count what is in flight as the same', () => {
    expect(summary({ same: 2, in_flight: 1 })).toContain(
      'Converged, but for what is in flight: 2 objects the same on both sides.',
    );
  });

  it('is not converged where what is in flight does not move, for its sync task is stopped', () => {
    const text = summary({ same: 2, in_flight: 1 }, { held: true });
    expect(text).not.toContain('Converged');
    expect(text).toContain('Not converged: what is in flight does not move');
    expect(summary({ same: 2 }, { held: true })).toContain('Converged: 2 objects the same on both sides.');
  });

  it('says how many more there are than a report can name', () => {
    expect(summary({ missing: 150 })).toContain('\n  and 140 more\n');
  });

  it('names no keys where none are wanted', () => {
    expect(summary({ missing: 3 }, { keys: 0 })).not.toContain('missing0');
  });

  it('says what OMS has accepted and refused, and that it is the next run that proves it', () => {
    const failures = [{ code: 'OmsSync.KeyRefused', remedy: 'Rename it.', objects: 2, keys: ['bad\u001b', 'worse'] }];
    const text = summary(
      { missing: 12 },
      { task: 't' },
      { accepted: 10, failed: 2, failures, calls: { list: 2, events: 5 } },
    );

    expect(text).toContain('OMS accepted 10 of 12 objects to submit, 2 refused. Run it again when they are copied');
    expect(text).toContain(
      '\nWhat to do:\n  OmsSync.KeyRefused  2 objects refused by OMS\n    Rename it.\n    "bad\\u001b"\n    "worse"\n',
    );
    expect(text).toContain('2 LIST calls, 5 event calls.');
  });

  it('asks for no second run where OMS accepted nothing, and speaks of no parts where all are done', () => {
    const text = summary(
      { missing: 2 },
      { task: 't' },
      { outcome: 'continues', reason: 'oms_unavailable', pending: 2 },
    );

    expect(text).toContain('Stopped before the end: OMS takes nothing at the moment. Run it again.');
    expect(text).toContain('So far 2 objects differ.\nOMS accepted 0 of 2 objects to submit.');
    expect(text).not.toContain('proves');
  });

  it('tells why OMS leaves objects as they are, and what to do', () => {
    const counts = countsOf({ ignored_by_oms: 2, unmigratable: 1 });
    counts.reasons.no_overwrite = 2;
    counts.reasons.archived = 1;
    const text = summaryOf(resultOf(counts), VIEW);

    expect(text).toMatch(/\nWhat to do:\n {2}no_overwrite {2}2 objects\n {4}The task keeps what is at the destination/);
    expect(text).toMatch(/\n {2}archived {2}1 object\n {4}Restore the object/);
    expect(summaryOf(resultOf(counts), { ...VIEW, task: 't' })).toContain('there is none that OMS would copy');
  });

  it('has a plan for a dry run alone, with the advice where there is one', () => {
    const plan = {
      submit: { objects: 3, bytes: 3 },
      list_calls: { source: 1, destination: 2 },
      event_calls: 1,
      minutes: 0.1,
    };
    const dry = { task: 't', dryRun: true };
    const text = summary({ missing: 3 }, dry, { plan });

    expect(text).toContain(
      [
        'Plan:',
        '  submit    3 objects, 3 bytes',
        '  OMS       1 event call, less than a minute at 100 calls/s',
        '  listings  1 call of the source, 2 calls of the destination',
        '',
      ].join('\n'),
    );
    expect(text).toContain('Nothing was submitted: it was a dry run.');
    expect(summary({ missing: 3 }, dry, { plan: { ...plan, minutes: 12.5 } })).toContain('12.5 minutes at 100 calls/s');
    expect(summary({ missing: 3 }, { ...dry, callsPerSecond: 1 }, { plan: { ...plan, minutes: 1 } })).toContain(
      ', 1 minute at 1 call/s',
    );
    expect(summary({ missing: 3 }, dry, { plan: { ...plan, advice: 'Use a task.' } })).toContain(
      '\n  advice    Use a task.\n',
    );
    expect(summary({ missing: 3 }, {}, { plan })).not.toContain('Plan:');
  });

  it('says of a run that was stopped how far it came, and proves nothing', () => {
    const { report: _, ...stopped } = resultOf(countsOf({ same: 5, missing: 1 }), {
      outcome: 'stopped',
      reason: 'interrupted',
      ranges: { done: 1, total: 3 },
    });
    const text = summaryOf(stopped, VIEW);

    expect(text).toContain('Stopped before the end: it was interrupted, 1 of 3 parts done. Run it again.');
    expect(text).toContain('So far 1 object differs.');
    expect(text).not.toMatch(/converged/i);
  });

  it('says what went wrong, and that nothing is known of the rest', () => {
    const incomplete = resultOf(countsOf({ same: 5 }), {}, { complete: false });
    const text = summaryOf(incomplete, { ...VIEW, problems: ['The listing of the source could not be read.'] });

    expect(text).toContain('Incomplete: of the rest nothing is known.\nThe listing of the source could not be read.');
    expect(text).not.toMatch(/converged/i);
  });

  it('takes a source without objects for no proof', () => {
    const text = summary({});
    expect(text).toContain('The source lists no object, so nothing was compared.');
    expect(text).not.toMatch(/converged/i);
  });
});

describe('the exit code', () => {
  const codeOf = (
    objects: Partial<Record<Verdict, number>>,
    more: Partial<ReconcileResult> = {},
    input: Partial<ReportInput> = {},
  ) => exitCode(resultOf(countsOf(objects), more, input));

  it.each<[Partial<Record<Verdict, number>>, number]>([
    [{ same: 1 }, 0],
    [{ same: 1, extra: 1, oms_own: 1, in_flight: 1 }, 0],
    [{ missing: 1 }, 1],
    [{ size_differs: 1 }, 1],
    [{ destination_older: 1 }, 1],
    [{ checksum_differs: 1 }, 1],
    [{ ignored_by_oms: 1 }, 1],
    [{ unmigratable: 1 }, 1],
    [{}, 2],
    [{ extra: 1 }, 2],
  ])('of %j is %d', (objects, code) => {
    expect(codeOf(objects)).toBe(code);
  });

  it('is 1 where a sync task does not run, whatever the listings prove', () => {
    expect(exitCode(resultOf(countsOf({ same: 1, in_flight: 1 })), true)).toBe(1);
    expect(exitCode(resultOf(countsOf({ same: 1 })), true)).toBe(1);
    expect(exitCode(resultOf(countsOf({})), true)).toBe(2);
  });

  it('is 0 for an empty source that is meant to be empty', () => {
    expect(codeOf({ extra: 1 }, {}, { emptySourceConfirmed: true })).toBe(0);
  });

  it('is 2 for what was not compared to its end, whatever was found', () => {
    expect(codeOf({ same: 1 }, {}, { complete: false })).toBe(2);
    expect(codeOf({ same: 1, missing: 1 }, { outcome: 'stopped' })).toBe(2);
    expect(codeOf({ same: 1 }, { outcome: 'continues' })).toBe(2);
  });
});

describe('lag', () => {
  const lagText = (objects: number, more: Partial<LagCounts> = {}): string | undefined => {
    const lag = { ...noLag(), max: 3, ...more };
    lag.buckets[2] = objects;
    const counts = { ...countsOf({ same: 2000 }), lag };
    const result = resultOf(counts, {}, { lagSince: Date.UTC(2026, 10, 21) });
    return /\n\n(Lag .*)$/s.exec(summaryOf(result, VIEW))?.[1];
  };

  it('stands at the end, with its share where enough objects bear it', () => {
    expect(lagText(1_200)).toBe(
      'Lag of 1,200 changes since 2026-11-21T00:00:00.000Z: p50 3 s, p95 3 s, p99 3 s, max 3 s; 100.00 % within 15 min.',
    );
    expect(lagText(1)).toBe(
      'Lag of 1 change since 2026-11-21T00:00:00.000Z: max 3 s; share within 15 min: unknown below 1,000 objects.',
    );
  });

  it('says what waits and how far the clocks are apart', () => {
    expect(
      lagText(2, { waiting: 2, offset: { ms: -4_000, samples: 1 } })
        ?.split('\n')
        .slice(1),
    ).toEqual([
      '2 changes had not arrived within 15 min: their age counts as their lag.',
      "The destination's clock is 4 s behind the source's: lag is wrong by as much.",
    ]);
  });

  it('is left out where nothing was measured', () => {
    expect(lagText(0)).toBeUndefined();
  });
});
