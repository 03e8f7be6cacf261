import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors/base.ts';
import { UnrecognisedEventError } from '#shared/events/errors.ts';
import { Logger } from '#shared/logging/logger.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { FailedKey, KeyOutcome } from '#shared/pipeline/outcome.ts';
import { DeadLetterFailedError, type Results, report, SubmitFailedError } from '#shared/pipeline/report.ts';
import { NoStateBucketError } from '#shared/pipeline/write-dead-letters.ts';
import { change } from '../../helpers/changes.ts';
import { storeUnavailable } from '../../helpers/memory-object-store.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { itThorough } from '../../helpers/thorough.ts';

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
        routed: { routed: [], unrouted: [], duplicates: 0 },
        misdirected: [],
        deadLettered: [],
        routing: () => '0123456789abcdef',
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
  duplicates: 0,
});

const failed = (index: number, error: unknown): FailedKey => {
  const failure = classify(error);
  return { index, status: 'failed', error, failure, retryable: failure.retryable };
};

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
      routed: { routed: [{ syncTaskId: 'task', change: change('a') }], unrouted: [change('b')], duplicates: 2 },
      outcomes: [{ index: 0, status: 'accepted' }],
    });

    const counts = {
      records: 5,
      changes: 3,
      ignored: 2,
      rejected: 1,
      unrouted: 1,
      duplicates: 2,
      submitted: 1,
      accepted: 1,
      failed: 0,
      dead_lettered: 0,
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
      outcomes: [{ index: 0, status: 'accepted' }, failed(1, omsError(400)), failed(2, cause)],
    });

    expect(run).toThrow(SubmitFailedError);
    expect(run).toThrow(
      /^\[pairs=3 routing=0123456789abcdef\] \[failure=OmsSync.OmsUnavailable\] OMS did not accept 1 of 3 keys;/,
    );
    expect(run).toThrow(
      expect.objectContaining({ cause, summary: expect.objectContaining({ accepted: 1, failed: 2 }) }),
    );
    expect(lines.slice(0, 3).map(({ level, message, key }) => [level, message, key])).toEqual([
      ['error', 'key refused', 'b'],
      ['warn', 'key not accepted', 'c'],
      ['info', 'summary', undefined],
    ]);
  });

  describe('of what no retry can cure', () => {
    const refused = failed(0, omsError(404));
    const reason = { kind: 'keys', syncTaskId: 'task', changes: [change('a')], ...refused } as const;

    it('does not throw where a dead letter has it, and names the dead letter', () => {
      const { run, lines } = reporting({
        routed: routed('a'),
        outcomes: [refused],
        deadLettered: [{ failed: reason, items: [refused], name: 'dead-letters/x.json' }],
      });

      expect(run()).toMatchObject({ failed: 1, dead_lettered: 1 });
      expect(lines[0]).toMatchObject({
        level: 'error',
        message: 'key refused',
        path: 'Records[0]',
        bucket: 'source',
        key: 'a',
        sync_task_id: 'task',
        failure: 'OmsSync.SyncTaskNotFound',
        remedy: expect.stringMatching(/ROUTES/),
        dead_letter: 'dead-letters/x.json',
      });
    });

    it('throws where no dead letter could be written, so that the platform keeps the event', () => {
      const cause = storeUnavailable({ operation: 'PutObject', bucket: 'state' });
      const { run, lines } = reporting({
        routed: routed('a', 'b'),
        outcomes: [refused, failed(1, omsError(404))],
        deadLettered: [{ failed: reason, items: [refused, refused], error: cause }],
      });

      expect(run).toThrow(DeadLetterFailedError);
      expect(run).toThrow(expect.objectContaining({ retryable: true, status: 503, cause }));
      expect(run).toThrow(/\] 2 failures/);
      expect(run).toThrow(
        expect.objectContaining({ summary: expect.objectContaining({ failed: 2, dead_lettered: 0 }) }),
      );
      expect(lines.find(({ message }) => message === 'dead letter not written')).toMatchObject({
        level: 'error',
        failure: 'OmsSync.SyncTaskNotFound',
        count: 2,
        error: { storeStatus: 503 },
      });
    });

    it('says that there is no bucket where none is configured', () => {
      const { run } = reporting({
        routed: routed('a'),
        outcomes: [refused],
        deadLettered: [{ failed: reason, items: [refused], error: new NoStateBucketError() }],
      });

      expect(run).toThrow(/\] 1 failure .*STATE_BUCKET/);
    });

    it('names the retryable keys first where both are there', () => {
      const { run } = reporting({
        routed: routed('a', 'b'),
        outcomes: [refused, failed(1, omsError(503))],
        deadLettered: [{ failed: reason, items: [refused], error: new NoStateBucketError() }],
      });

      expect(run).toThrow(SubmitFailedError);
    });
  });

  it('logs of an event that is no notification its shape and its dead letter, and nothing that it holds', () => {
    const unrecognised = new UnrecognisedEventError();
    const { run, lines } = reporting({
      event: { hello: 'world' },
      unrecognised,
      deadLettered: [
        {
          failed: { kind: 'event', failure: classify(unrecognised), error: unrecognised },
          items: [unrecognised],
          name: 'dead-letters/undated/x.json',
        },
      ],
    });

    expect(run()).toMatchObject({ records: 0, dead_lettered: 1 });
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'event not recognised',
      type: 'object',
      names: ['hello'],
      dead_letter: 'dead-letters/undated/x.json',
    });
    expect(JSON.stringify(lines)).not.toContain('world');
  });

  it('tells a bucket without a route, which is a mistake, from a prefix without one, which is meant', () => {
    const stray = change('a', 'other');
    const { run, lines } = reporting({
      routed: { routed: [], unrouted: [stray, change('b')], duplicates: 0 },
      misdirected: [stray],
    });

    expect(run()).toMatchObject({ unrouted: 2 });
    expect(lines.slice(0, 2)).toMatchObject([
      { level: 'error', message: 'no route names the bucket', bucket: 'other', key: 'a' },
      { level: 'warn', message: 'no route matches', bucket: 'source', key: 'b' },
    ]);
  });

  itThorough(
    'of 50,000 records that cannot be read logs a hundred and how many more there are, and so of all else',
    () => {
      const many = <T>(make: (index: number) => T): T[] => Array.from({ length: 50_000 }, (_, index) => make(index));
      const error = new AppError(400, 'OmsSync.InvalidRecord', 'message');
      const problem = { path: 'Records[0].s3', rule: 'required', message: 'The record lacks this object.' };
      const objects = many((index) => change(`${index}`));
      const misdirected = objects.map((each) => ({ ...each }));
      const { run, lines } = reporting({
        event: { Records: many(() => ({})) },
        normalised: {
          changes: [],
          ignored: many((index) => ({ path: `Records[${index}]`, reason: 'object_removed', eventName: 'x' })),
          rejected: many((index) => ({ path: `Records[${index}]`, problem, error })),
          records: 100_000,
        },
        filtered: { kept: [], ignored: objects.map((each) => ({ change: each, reason: 'own_state' })) },
        routed: { ...routed(...many((index) => `${index}`)), unrouted: [...objects, ...misdirected] },
        misdirected,
        outcomes: many((index) => failed(index, index % 2 === 0 ? omsError(503) : omsError(400, 'OMS.0064'))),
      });
      expect(run).toThrow(SubmitFailedError);

      const counts: Record<string, number> = {};
      for (const { message } of lines) counts[String(message)] = (counts[String(message)] ?? 0) + 1;
      expect(counts).toEqual({
        'record ignored': 200,
        'record rejected': 100,
        'no route matches': 100,
        'no route names the bucket': 100,
        'key not accepted': 100,
        'key refused': 100,
        'more of the same': 7,
        summary: 1,
      });
      expect(lines).toContainEqual(
        expect.objectContaining({
          level: 'error',
          message: 'more of the same',
          of: 'record rejected',
          cause: 'OmsSync.InvalidRecord',
          more: 49_900,
        }),
      );
    },
  );

  it('tells in what it throws how many keys there were, which redrive reads', () => {
    const refusal = failed(0, omsError(400, 'OMS.0064'));
    const deadLettered = [
      {
        failed: {
          kind: 'keys',
          syncTaskId: 'task',
          changes: [],
          failure: refusal.failure,
          error: refusal.error,
        } as const,
        items: [refusal],
        error: new NoStateBucketError(),
      },
    ];
    const { run } = reporting({
      routed: routed('a', 'b', 'c'),
      outcomes: [refusal, { index: 1, status: 'accepted' }, { index: 2, status: 'accepted' }],
      deadLettered,
    });
    expect(run).toThrow(
      /^\[pairs=3 routing=0123456789abcdef\] 1 failure that is final has no dead letter; OMS accepted 2 of 3 keys\. There is no bucket/,
    );
  });
});
