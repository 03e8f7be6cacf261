import { describe, expect, it } from 'vitest';
import { InvalidRecordError, UnrecognisedEventError } from '#shared/events/errors.ts';
import type { RejectedRecord } from '#shared/events/object-change.ts';
import { encodeChanges, toBatches } from '#shared/pipeline/batch.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { terminalFailures } from '#shared/pipeline/terminal.ts';
import { change } from '../../helpers/changes.ts';
import { omsError } from '../../helpers/oms-error.ts';

const nothing = { normalised: { rejected: [] }, routed: { routed: [] }, misdirected: [], batches: [], outcomes: [] };
const failed = (index: number, error: unknown): KeyOutcome => {
  const failure = classify(error);
  return { index, status: 'failed', error, failure, retryable: failure.retryable };
};
const rejected = (path: string, rule: string): RejectedRecord => {
  const problem = { path: `${path}.s3`, rule, message: 'm' };
  return { path, problem, error: new InvalidRecordError(problem) };
};
const refusal = () => omsError(400, 'OMS.0001');

function ofKeys(keys: readonly (readonly [task: string, key: string])[], outcomes: readonly KeyOutcome[], size = 2) {
  const routed = keys.map(([syncTaskId, key], index) => ({
    syncTaskId,
    change: change(key, 'source', `Records[${index}]`),
  }));
  return terminalFailures({
    ...nothing,
    routed: { routed },
    batches: toBatches(encodeChanges(routed), size),
    outcomes,
  });
}
const keysOf = (found: ReturnType<typeof terminalFailures>) =>
  found.map(({ failed }) =>
    failed.kind === 'keys'
      ? [failed.syncTaskId, failed.failure.code, failed.changes.map(({ key }) => key).join()]
      : failed.kind,
  );

describe('terminalFailures', () => {
  it('are none where nothing failed', () => {
    expect(terminalFailures(nothing)).toEqual([]);
    expect(ofKeys([['t', 'a']], [{ index: 0, status: 'accepted' }])).toEqual([]);
  });

  it('are the keys of a batch that were refused for one reason', () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map((key) => ['t', key] as const);
    const outcomes = [0, 1, 2, 4].map((index) => failed(index, refusal()));

    const found = ofKeys(keys, [...outcomes, { index: 3, status: 'accepted' }]);

    expect(keysOf(found)).toEqual([
      ['t', 'OmsSync.KeyRefused', 'a,b'],
      ['t', 'OmsSync.KeyRefused', 'c'],
      ['t', 'OmsSync.KeyRefused', 'e'],
    ]);
    expect(found[0]?.items).toEqual([outcomes[0], outcomes[1]]);
  });

  it('keep reasons and tasks apart', () => {
    const found = ofKeys(
      [
        ['t', 'a'],
        ['u', 'a'],
        ['t', 'b'],
      ],
      [failed(0, refusal()), failed(1, omsError(404)), failed(2, omsError(413))],
    );

    expect(keysOf(found)).toEqual([
      ['t', 'OmsSync.KeyRefused', 'a'],
      ['t', 'OmsSync.RequestTooLarge', 'b'],
      ['u', 'OmsSync.SyncTaskNotFound', 'a'],
    ]);
  });

  it('are no keys that a retry may bring through', () => {
    expect(ofKeys([['t', 'a']], [failed(0, omsError(503))])).toEqual([]);
    expect(ofKeys([['t', 'a']], [failed(0, new Error('a defect'))])).toEqual([]);
  });

  it('are records that cannot be read, by reason', () => {
    const records = [rejected('Records[0]', 'required'), rejected('Records[1]', 'type')];

    const found = terminalFailures({ ...nothing, normalised: { rejected: records } });

    expect(found).toMatchObject([
      { failed: { kind: 'records', failure: { code: 'OmsSync.InvalidRecord' }, records }, items: records },
    ]);
  });

  it('are changes of buckets that no route names', () => {
    const stray = change('a', 'other', 'Records[3]');

    expect(terminalFailures({ ...nothing, misdirected: [stray] })).toMatchObject([
      {
        failed: { kind: 'records', failure: { code: 'OmsSync.NoRoute' }, records: [{ path: 'Records[3]' }] },
        items: [stray],
      },
    ]);
  });

  it('are an event that is no notification', () => {
    const unrecognised = new UnrecognisedEventError();

    expect(terminalFailures({ ...nothing, unrecognised })).toMatchObject([
      { failed: { kind: 'event', failure: { code: 'OmsSync.UnrecognisedEvent' } }, items: [unrecognised] },
    ]);
  });
});
