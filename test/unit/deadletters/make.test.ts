import { describe, expect, it } from 'vitest';
import { readDeadLetter } from '#shared/deadletters/document.ts';
import { CredentialInNameError } from '#shared/deadletters/errors.ts';
import { DEAD_LETTER_LIMITS } from '#shared/deadletters/limits.ts';
import { makeDeadLetter, type Origin, type TerminalFailure } from '#shared/deadletters/make.ts';
import { checkObjectKey } from '#shared/encoding/object-key.ts';
import { AppError } from '#shared/errors/base.ts';
import type { ObjectChange } from '#shared/events/object-change.ts';
import { concealIn } from '#shared/logging/redact.ts';
import { change } from '../../helpers/changes.ts';
import { omsError } from '../../helpers/oms-error.ts';

const SECRET = 'LEAK/secret+key==';
const NOW = Date.parse('2026-10-01T12:00:00.000Z');
const failure = { code: 'OmsSync.KeyRefused', remedy: 'Rename it.' };
const record = (key: string, more: object = {}) => ({
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-09-30T03:24:43.160Z',
  s3: { bucket: { name: 'source' }, object: { key, ...more } },
});
const origin = (event: unknown, more: Partial<Origin> = {}): Origin => ({
  event,
  functionName: 'on-object-created',
  requestId: 'request-1',
  now: NOW,
  redact: (text) => concealIn(text, [SECRET]),
  ...more,
});
const refused = (...changes: readonly ObjectChange[]): TerminalFailure => ({
  kind: 'keys',
  syncTaskId: 'task-1',
  changes,
  failure,
  error: omsError(400, 'OMS.0001'),
});
const at = (index: number, key: string): ObjectChange => change(key, 'source', `Records[${index}]`);

describe('a dead letter of refused keys', () => {
  const event = { Records: [record('a'), record('b'), record('c')] };

  it('holds the keys, the cause and the smallest event', () => {
    const full: ObjectChange = {
      ...at(2, 'c'),
      time: '2026-09-30T03:24:43.160Z',
      size: 7,
      etag: 'etag',
      sequencer: '42',
      versionId: 'version',
    };

    const letter = makeDeadLetter(refused(at(0, 'a'), full), origin(event));

    expect(letter).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      kind: 'keys',
      created: '2026-10-01T12:00:00.000Z',
      last_failed: '2026-10-01T12:00:00.000Z',
      event_time: '2026-09-30T03:24:43.160Z',
      attempts: 1,
      function: 'on-object-created',
      request_id: 'request-1',
      code: 'OmsSync.KeyRefused',
      message: 'log text',
      remedy: 'Rename it.',
      oms: { status: 400, error_code: 'OMS.0001' },
      sync_task_id: 'task-1',
      keys: [
        { bucket: 'source', key: 'a', path: 'Records[0]' },
        {
          bucket: 'source',
          key: 'c',
          path: 'Records[1]',
          event_time: '2026-09-30T03:24:43.160Z',
          size: 7,
          etag: 'etag',
          sequencer: '42',
          version_id: 'version',
        },
      ],
      event: { Records: [record('a'), record('c')] },
    });
    expect(readDeadLetter(JSON.parse(JSON.stringify(letter)))).toEqual(letter);
  });

  it('keeps its id from one invocation to the next', () => {
    const first = makeDeadLetter(refused(at(0, 'a')), origin(event));
    const again = makeDeadLetter(
      refused(at(0, 'a')),
      origin(event, { now: NOW + 60_000, requestId: 'request-2', attempts: 3, created: NOW - 1000 }),
    );

    expect(again.id).toBe(first.id);
    expect(again).toMatchObject({
      attempts: 3,
      created: '2026-10-01T11:59:59.000Z',
      last_failed: '2026-10-01T12:01:00.000Z',
    });
  });

  it.each<[string, TerminalFailure, unknown]>([
    ['another key', refused(at(1, 'b')), event],
    ['one key more', refused(at(0, 'a'), at(1, 'b')), event],
    ['another task', { ...refused(at(0, 'a')), syncTaskId: 'task-2' } as TerminalFailure, event],
    ['another code', { ...refused(at(0, 'a')), failure: { ...failure, code: 'OmsSync.Other' } }, event],
    ['another kind', { kind: 'records', records: [{ path: 'Records[0]' }], failure, error: undefined }, event],
    ['another upload', refused(at(0, 'a')), { Records: [record('a', { sequencer: '2' })] }],
  ])('has another id for %s', (_name, failed, given) => {
    expect(makeDeadLetter(failed, origin(given)).id).not.toBe(makeDeadLetter(refused(at(0, 'a')), origin(event)).id);
  });

  it('of an event without a time is told apart by its request: the same words may tell of another upload', () => {
    const { eventTime: _, ...undated } = record('a');
    const make = (requestId: string) =>
      makeDeadLetter(refused(at(0, 'a')), origin({ Records: [undated] }, { requestId }));

    expect(make('request-1')).not.toHaveProperty('event_time');
    expect(make('request-1').id).toBe(make('request-1').id);
    expect(make('request-1').id).not.toBe(make('request-2').id);
  });

  it('has the time of the oldest of its records, in UTC', () => {
    const records = ['2026-09-30T03:00:00Z', '2026-09-30T09:00:00+08:00', 'never'].map((eventTime, index) => ({
      ...record(`k${index}`),
      eventTime,
    }));
    const changes = records.map((_, index) => at(index, `k${index}`));

    const letter = makeDeadLetter(refused(...changes), origin({ Records: records }));

    expect(letter.event_time).toBe('2026-09-30T01:00:00.000Z');
  });

  it('leaves out a time that is in no year of four digits', () => {
    const event = { Records: [{ ...record('a'), eventTime: '0000-01-01T00:00:00+08:00' }] };

    expect(makeDeadLetter(refused(at(0, 'a')), origin(event))).not.toHaveProperty('event_time');
  });
});

describe('a dead letter of records', () => {
  it('lists the problems with the paths of its own event', () => {
    const error = new AppError(400, 'OmsSync.InvalidRecord', 'The record is not valid.');
    const problem = (path: string) => ({ path, rule: 'required', message: 'The record lacks this.' });
    const failed: TerminalFailure = {
      kind: 'records',
      failure,
      error,
      records: [
        { path: 'Records[1]', problem: problem('Records[1].s3.object.key') },
        { path: 'Records[3]', problem: problem('Records[3]') },
        { path: 'Records[2]' },
      ],
    };

    const letter = makeDeadLetter(failed, origin({ Records: [0, 1, 2, 3] }));

    expect(letter).toMatchObject({
      kind: 'records',
      message: 'The record is not valid.',
      event: { Records: [1, 2, 3] },
      problems: [problem('Records[0].s3.object.key'), problem('Records[2]')],
    });
    expect(letter).not.toHaveProperty('keys');
    expect(letter).not.toHaveProperty('sync_task_id');
  });

  it('lists so many problems and no more', () => {
    const records = Array.from({ length: 150 }, (_, index) => ({
      path: `Records[${index}]`,
      problem: { path: `Records[${index}]`, rule: 'r', message: 'm' },
    }));
    const event = { Records: records.map(() => ({})) };

    const letter = makeDeadLetter({ kind: 'records', failure, error: undefined, records }, origin(event));

    expect(letter.problems).toHaveLength(DEAD_LETTER_LIMITS.problems);
  });
});

describe('a dead letter of an event', () => {
  const whole = (event: unknown) => makeDeadLetter({ kind: 'event', failure, error: undefined }, origin(event));

  it.each([{ hello: 'world' }, 'text', 7, true, null, [], [1, [2]]])('holds all of %j', (event) => {
    expect(whole(event)).toMatchObject({ kind: 'event', event });
  });

  it.each([
    [undefined, null],
    [Number.NaN, null],
    [10n, '10'],
    [() => 1, null],
    [
      { a: undefined, b: Symbol('x'), c: 1n },
      { a: null, b: null, c: '1' },
    ],
  ])('holds of %o what JSON can', (event, json) => {
    expect(whole(event).event).toEqual(json);
  });

  it('cuts what is nested without end', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);

    const text = JSON.stringify(whole(deep));

    expect(text).toContain('[deeper]');
    expect(text.length).toBeLessThan(2000);
  });

  it('says nothing of an error that was not thrown on purpose: it may quote anything', () => {
    const letter = makeDeadLetter({ kind: 'event', failure, error: new Error('LEAK of a body') }, origin({}));

    expect(letter.message).toMatch(/unexpected/);
    expect(JSON.stringify(letter)).not.toContain('LEAK');
  });

  it('cuts a long message', () => {
    const error = new AppError(400, 'Code', 'x'.repeat(5000));

    expect(makeDeadLetter({ kind: 'event', failure, error }, origin({})).message).toHaveLength(
      DEAD_LETTER_LIMITS.message,
    );
  });
});

describe('credentials', () => {
  const encoded = encodeURIComponent(SECRET);

  it.each<[string, object]>([
    ['a value', { x: SECRET }],
    ['part of a value', { x: `Bearer ${SECRET}, and more` }],
    ['a value in a list', { x: [1, { y: [SECRET] }] }],
    ['a name', { [SECRET]: 1 }],
    ['a percent-encoded value', { subject: `a/${encoded}` }],
    ['a percent-encoded value in lower case', { subject: encoded.toLowerCase().replaceAll('leak', 'LEAK') }],
    ['metadata of the object', { s3: { object: { key: 'a', metadata: { 'x-obs-meta-x': SECRET } } } }],
  ])('in %s of an event are not written', (_name, event) => {
    const letter = makeDeadLetter({ kind: 'event', failure, error: undefined }, origin(event));

    expect(JSON.stringify(letter)).not.toMatch(/LEAK/i);
    expect(JSON.stringify(letter)).toContain('[redacted]');
  });

  it.each(['token', 'x-auth-token', 'Authorization', 'secretKey', 'dst_sk', 'password'])(
    'in the field %s are not written, though nobody told which they are',
    (name) => {
      const event = { headers: { [name]: 'LEAK of somebody else' } };

      const letter = makeDeadLetter({ kind: 'event', failure, error: undefined }, origin(event));

      expect(letter.event).toEqual({ headers: { [name]: '[redacted]' } });
    },
  );

  it('in fields of the change, the message and the answer of OMS are not written', () => {
    const error = omsError(400, `OMS.${SECRET}`);
    Object.assign(error, { message: `text ${SECRET}`, omsErrorMsg: SECRET, requestId: SECRET });
    const leaking = { ...at(0, 'a'), etag: SECRET, sequencer: SECRET, versionId: SECRET };
    const failed = { ...refused(leaking), error };

    const letter = makeDeadLetter(failed, origin({ Records: [record('a', { eTag: SECRET })] }));

    expect(JSON.stringify(letter)).not.toContain('LEAK');
    expect(letter.keys?.[0]).toMatchObject({ key: 'a', etag: '[redacted]' });
  });

  it.each<[string, TerminalFailure, unknown]>([
    ['key', refused({ ...at(0, 'x'), key: checkObjectKey(SECRET) }), { Records: [{}] }],
    ['bucket', refused({ ...at(0, 'x'), bucket: SECRET }), { Records: [{}] }],
    ['encoded key of the event', refused(at(0, 'x')), { Records: [record(`a/${encoded}`)] }],
    ['bucket of the event', refused(at(0, 'x')), { Records: [{ s3: { bucket: { name: SECRET } } }] }],
    ['other bucket of the event', refused(at(0, 'x')), { Records: [{ obs: { bucket: { bucket: SECRET } } }] }],
  ])(
    'in the name of a %s let no dead letter be made: without the name it would be of no use',
    (_name, failed, event) => {
      expect(() => makeDeadLetter(failed, origin(event))).toThrow(CredentialInNameError);
    },
  );

  it('leave names of buckets and objects alone that merely have a % in them', () => {
    const event = { Records: [record('100%25%2')] };

    expect(makeDeadLetter(refused(at(0, '100%')), origin(event)).event).toEqual(event);
  });
});
