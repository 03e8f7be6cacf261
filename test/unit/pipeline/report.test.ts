import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors/base.ts';
import { Logger } from '#shared/logging/logger.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { type Results, report, SubmitFailedError } from '#shared/pipeline/report.ts';
import { change } from '../../helpers/changes.ts';
import { omsError } from '../../helpers/oms-error.ts';

function reporting(results: Partial<Results> & { outcomes?: readonly KeyOutcome[] }) {
  const lines: Record<string, unknown>[] = [];
  const log = new Logger({ level: 'debug', write: (_level, line) => lines.push(JSON.parse(line)), now: () => 0 });
  const { outcomes = [], ...given } = results;
  const run = () =>
    report(
      {
        event: {},
        normalised: { changes: [], ignored: [], rejected: [], records: 0 },
        filtered: { kept: [], ignored: [] },
        routed: { routed: [], unrouted: [] },
        submitted: { outcomes, calls: 1, attempts: 1 },
        ms: 5,
        ...given,
      },
      log,
    );
  return { run, lines };
}

const routed = (...keys: string[]) => ({
  routed: keys.map((key) => ({ syncTaskId: 'task', change: change(key) })),
  unrouted: [],
});

describe('report', () => {
  it('counts everything in one line', () => {
    const error = new AppError(400, 'Code', 'message');
    const { run, lines } = reporting({
      normalised: {
        changes: [change('a'), change('b'), change('c')],
        ignored: [{ path: 'Records[3]', reason: 'object_removed', eventName: 'ObjectRemoved:Delete' }],
        rejected: [{ path: 'Records[4]', problem: { path: 'Records[4].s3', rule: 'r', message: 'm' }, error }],
        records: 5,
      },
      filtered: { kept: [change('a'), change('b')], ignored: [{ change: change('c'), reason: 'oms_result_list' }] },
      routed: { routed: [{ syncTaskId: 'task', change: change('a') }], unrouted: [change('b')] },
      outcomes: [{ index: 0, status: 'accepted' }],
    });

    const counts = {
      records: 5,
      changes: 3,
      ignored: 2,
      rejected: 1,
      unrouted: 1,
      submitted: 1,
      accepted: 1,
      failed: 0,
      calls: 1,
      ms: 5,
    };
    expect(run()).toEqual(counts);
    expect(lines.filter(({ message }) => message === 'summary')).toMatchObject([{ level: 'info', ...counts }]);
  });

  it('logs of a rejected record its path, its code, the problem and the record itself', () => {
    const problem = { path: 'Records[0].s3.object.key', rule: 'malformed_percent', message: 'm' };
    const error = new AppError(400, 'OmsSync.InvalidObjectKey', 'message');
    const { run, lines } = reporting({
      event: { Records: [{ s3: { object: { key: 'a%2\n' } } }] },
      normalised: { changes: [], ignored: [], rejected: [{ path: 'Records[0]', problem, error }], records: 1 },
    });

    expect(run()).toMatchObject({ rejected: 1 });
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'record rejected',
      path: 'Records[0]',
      error_code: 'OmsSync.InvalidObjectKey',
      problem,
      record: { s3: { object: { key: 'a%2\n' } } },
    });
  });

  it('throws where a retry can cure something, with the summary and the cause', () => {
    const cause = omsError(503);
    const { run, lines } = reporting({
      routed: routed('a', 'b', 'c'),
      outcomes: [
        { index: 0, status: 'accepted' },
        { index: 1, status: 'failed', error: omsError(400), retryable: false },
        { index: 2, status: 'failed', error: cause, retryable: true },
      ],
    });

    expect(run).toThrow(SubmitFailedError);
    expect(run).toThrow(/1 of 3 keys/);
    expect(run).toThrow(
      expect.objectContaining({ cause, summary: expect.objectContaining({ accepted: 1, failed: 2 }) }),
    );
    expect(lines.slice(0, 3).map(({ level, message, key }) => [level, message, key])).toEqual([
      ['error', 'key refused', 'b'],
      ['warn', 'key not accepted', 'c'],
      ['info', 'summary', undefined],
    ]);
  });

  it('does not throw for what no retry can cure', () => {
    const { run } = reporting({
      routed: routed('a'),
      outcomes: [{ index: 0, status: 'failed', error: omsError(404), retryable: false }],
    });

    expect(run()).toMatchObject({ failed: 1 });
  });
});
