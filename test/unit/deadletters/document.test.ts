import { describe, expect, it } from 'vitest';
import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { UnreadableDeadLetterError } from '#shared/deadletters/errors.ts';

const letter: DeadLetter = {
  version: 1,
  id: '0123456789abcdef0123456789abcdef',
  kind: 'keys',
  created: '2026-10-01T12:00:00.000Z',
  last_failed: '2026-10-01T12:00:00.000Z',
  event_time: '2026-09-30T03:24:43.160Z',
  attempts: 1,
  function: 'on-object-created',
  request_id: '',
  code: 'OmsSync.KeyRefused',
  message: 'm',
  remedy: 'r',
  oms: { status: 400, error_code: 'OMS.0001', error_msg: 'm', request_id: 'r' },
  sync_task_id: 'task-1',
  keys: [{ bucket: 'source', key: 'a', path: 'Records[0]' }],
  event: { Records: [{}] },
};

function reasonOf(text: string): string | undefined {
  try {
    readDeadLetter(JSON.parse(text));
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableDeadLetterError) return error.reason;
    throw error;
  }
}

describe('readDeadLetter', () => {
  it('reads what was written', () => {
    expect(readDeadLetter(JSON.parse(JSON.stringify(letter)))).toEqual(letter);
  });

  it('reads a document without what may be absent', () => {
    const { event_time: _time, oms: _oms, sync_task_id: _id, keys: _keys, ...least } = letter;

    expect(readDeadLetter(JSON.parse(JSON.stringify({ ...least, kind: 'event' })))).toEqual({
      ...least,
      kind: 'event',
    });
  });

  it('ignores fields that it does not know, __proto__ among them', () => {
    const text = JSON.stringify(letter).replace(
      '{"version"',
      '{"new":1,"constructor":{"x":1},"__proto__":{"polluted":1},"version"',
    );

    const read = readDeadLetter(JSON.parse(text));

    expect(JSON.stringify(read)).toBe(JSON.stringify(letter));
    expect(Reflect.get(read, 'polluted')).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('keeps __proto__ and constructor of the event as fields like others', () => {
    const event = '{"Records":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}';

    const read = readDeadLetter(
      JSON.parse(JSON.stringify({ ...letter, event: 0 }).replace('"event":0', `"event":${event}`)),
    );

    expect(JSON.stringify(read.event)).toBe(event);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each([2, 17])('says of version %i that a later release wrote it, whatever else it has', (version) => {
    expect(reasonOf(JSON.stringify({ version }))).toBe('newer_version');
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['null', null],
    ['version 0', { ...letter, version: 0 }],
    ['a text as version', { ...letter, version: '2' }],
    ['version 1.5', { ...letter, version: 1.5 }],
    ['another kind', { ...letter, kind: 'batch' }],
    ['an id of another form', { ...letter, id: '../../x' }],
    ['attempts of 0', { ...letter, attempts: 0 }],
    ['a time that is none', { ...letter, last_failed: 'yesterday' }],
    ['an event time that is none', { ...letter, event_time: '2026-09-30/../../x' }],
    ['keys without a task', { ...letter, sync_task_id: undefined }],
    ['keys without keys', { ...letter, keys: undefined }],
    ['an empty list of keys', { ...letter, keys: [] }],
    ['an empty key', { ...letter, keys: [{ bucket: 'source', key: '', path: '' }] }],
    ['an empty code', { ...letter, code: '' }],
  ])('refuses %s', (_name, value) => {
    expect(reasonOf(JSON.stringify(value))).toBe('wrong_form');
  });
});
