import { describe, expect, it } from 'vitest';
import { readReport } from '#shared/reconcile/report/report.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';
import { reportOf } from '../../../../scripts/cli/reconcile/report.ts';
import { countsOf } from '../../../helpers/reconcile.ts';

const RESULT: ReconcileResult = {
  outcome: 'stopped',
  counts: countsOf({ same: 2, missing: 3 }),
  accepted: 2,
  failed: 1,
  pending: 0,
  failures: [],
  calls: { list: 4, events: 1 },
  ranges: { done: 0, total: 2 },
};
const ROUTE = {
  name: 'one to two',
  source: { bucket: 'one', prefix: 'a/' },
  destination: { bucket: 'two' },
  sync_task_id: 't',
};

describe('the report of a run', () => {
  it('is an incomplete one where the run did not come to its end', () => {
    const report = reportOf(RESULT, { route: ROUTE, grace: 90_000, id: 'i' }, { started: 1000, finished: 3000 });

    expect(report).toMatchObject({
      route: 'one to two',
      sync_task_id: 't',
      id: 'i',
      complete: false,
      converged: false,
      obstacles: ['missing', 'incomplete'],
      duration_seconds: 2,
      grace_seconds: 90,
      source: { bucket: 'one', prefix: 'a/', objects: 5 },
      destination: { bucket: 'two', prefix: 'a/', objects: 2 },
      accepted: 2,
      failed: 1,
      calls: { list: 4, events: 1 },
    });
    expect(readReport(JSON.stringify(report))).toEqual(report);
  });

  it('is that of the run where there is one', () => {
    const report = reportOf(RESULT, { route: ROUTE, grace: 0 }, { started: 0, finished: 0 });
    expect(reportOf({ ...RESULT, report }, { route: ROUTE, grace: 0 }, { started: 5, finished: 9 })).toEqual(report);
  });

  it('has the plan of a dry run', () => {
    const report = reportOf(RESULT, { route: ROUTE, grace: 0 }, { started: 0, finished: 0 });
    const plan = {
      submit: { objects: 3, bytes: 3 },
      list_calls: { source: 1, destination: 1 },
      event_calls: 1,
      minutes: 0.1,
    };
    const planned = reportOf({ ...RESULT, report, plan }, { route: ROUTE, grace: 0 }, { started: 5, finished: 9 });

    expect(planned).toEqual({ ...report, plan });
    expect(readReport(JSON.stringify(planned))).toEqual(planned);
  });
});
