import { describe, expect, it } from 'vitest';
import { createSyncEventsBody } from '#shared/oms/schemas/create-sync-events.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';

function problemsOf(body: unknown): string[] {
  try {
    parse(createSyncEventsBody, body);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return error.details.map(({ path, rule }) => `${path} ${rule}`.trim());
  }
}

describe('the body of create-sync-events', () => {
  it.each([
    [['test%2F001.txt', 'test%2F002.txt']],
    [['test%2B001.txt']],
    [['test+001.txt']],
    [['%E6%8A%A5'.repeat(341)]],
    [Array.from({ length: 100 }, (_, index) => `key-${index}`)],
  ])('takes %j', (object_keys) => {
    expect(parse(createSyncEventsBody, { object_keys })).toEqual({ object_keys });
  });

  it.each<[unknown, string[]]>([
    [{}, ['object_keys required']],
    [{ object_keys: 'a' }, ['object_keys type']],
    [{ object_keys: [] }, ['object_keys min_length']],
    [{ object_keys: Array.from({ length: 101 }, () => 'a') }, ['object_keys max_length']],
    [{ object_keys: ['a', 5, null] }, ['object_keys[1] type', 'object_keys[2] type']],
    [
      { object_keys: ['', 'ok', '%', '%zz', '%ff', 'ü'] },
      [
        'object_keys[0] empty',
        'object_keys[2] malformed_percent',
        'object_keys[3] malformed_percent',
        'object_keys[4] invalid_utf8',
        'object_keys[5] not_ascii',
      ],
    ],
    [{ object_keys: ['x'.repeat(1025)] }, ['object_keys[0] too_long']],
    [{ object_keys: ['a'], objects: ['a'] }, ['objects unknown_field']],
  ])('refuses %j with every problem', (body, problems) => {
    expect(problemsOf(body)).toEqual(problems);
  });
});
