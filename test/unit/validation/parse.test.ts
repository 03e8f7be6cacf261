import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { AppError } from '#shared/errors/base.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';
import { crossFieldRule, rule } from '#shared/validation/rule.ts';

function errorOf(schema: z.ZodMiniType, value: unknown, what?: string): ValidationError {
  try {
    parse(schema, value, what);
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('The value was accepted.');
}

describe('parse', () => {
  it('returns what the schema makes of the value', () => {
    expect(parse(z.object({ a: z._default(z.number(), 1) }), { b: 2 })).toEqual({ a: 1 });
  });

  it('throws an error with status 400 whose message is the first problem and how many follow', () => {
    const error = errorOf(z.strictObject({ a: z.string(), b: z.string() }), {});
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ status: 400, code: 'OmsSync.InvalidInput', name: 'ValidationError' });
    expect(error.message).toBe('a is missing. (and 1 more)');
    expect(error.cause).toBeUndefined();
  });

  it.each<[string, z.ZodMiniType, unknown, string, string, string]>([
    ['a missing field', z.object({ a: z.string() }), {}, 'a', 'required', 'a is missing.'],
    ['a missing choice', z.object({ a: z.enum(['x']) }), {}, 'a', 'required', 'a is missing.'],
    ['a missing union', z.object({ a: z.union([z.string(), z.int()]) }), {}, 'a', 'required', 'a is missing.'],
    ['a wrong type', z.object({ a: z.object({}) }), { a: 1 }, 'a', 'type', 'a must be an object.'],
    ['a wrong choice', z.enum(['x', 'y']), 'z', '', 'enum', 'The input must be one of x, y.'],
    [
      'a list too short',
      z.object({ a: z.array(z.int()).check(z.minLength(1)) }),
      { a: [] },
      'a',
      'min_length',
      'a must have at least 1 items.',
    ],
    [
      'a text too long',
      z.string().check(z.maxLength(2)),
      'abc',
      '',
      'max_length',
      'The input must have at most 2 characters.',
    ],
    ['a number too big', z.number().check(z.maximum(5)), 6, '', 'maximum', 'The input must be at most 5.'],
    ['a number too small', z.number().check(z.minimum(5)), 4, '', 'minimum', 'The input must be at least 5.'],
    ['a wrong form', z.string().check(z.regex(/^a$/)), 'b', '', 'format', 'The input has the wrong form.'],
    ['an unknown field', z.strictObject({}), { x: 1 }, 'x', 'unknown_field', 'x is not a field that is known here.'],
    [
      'an unknown field below',
      z.object({ a: z.array(z.strictObject({})) }),
      { a: [{}, { b: 1 }] },
      'a[1].b',
      'unknown_field',
      'a[1].b is not a field that is known here.',
    ],
    [
      'a rule of ours',
      z.string().check(rule(() => ({ rule: 'mine', message: 'is wrong' }))),
      'a',
      '',
      'mine',
      'The input is wrong.',
    ],
    ['a rule of zod', z.string().check(z.refine(() => false)), 'a', '', 'invalid', 'The input is invalid.'],
  ])('reports %s', (_name, schema, value, path, rule_, message) => {
    expect(errorOf(schema, value).details).toEqual([{ path, rule: rule_, message }]);
  });

  it('names the whole value as the caller does', () => {
    expect(errorOf(z.object({}), null, 'The body').message).toBe('The body must be an object.');
  });

  it('checks across fields although fields are wrong, and only an object', () => {
    const both = crossFieldRule(({ a, b }) =>
      a === b ? [{ path: ['b'], rule: 'differs', message: 'must differ from a' }] : [],
    );
    const schema = z.strictObject({ a: z.string(), b: z.unknown() }).check(both);
    expect(
      errorOf(schema, { a: 1, b: 1, c: 1 })
        .details.map(({ rule: name }) => name)
        .toSorted(),
    ).toEqual(['differs', 'type', 'unknown_field']);
    expect(errorOf(schema, []).details.map(({ rule: name }) => name)).toEqual(['type']);
  });

  it.each([
    ['a b', '["a b"]'],
    ['', '[""]'],
    ['a\n"b', '["a\\n\\"b"]'],
    ['名', '["\\u540d"]'],
    ['x'.repeat(65), `["${'x'.repeat(64)}..."]`],
    ['a-b', 'a-b'],
  ])('writes the foreign name %j as %s', (name, path) => {
    expect(errorOf(z.strictObject({}), { [name]: 1 }).details[0]?.path).toBe(path);
  });

  it('holds no value, whatever is wrong', () => {
    const secret = 'do-not-repeat-me';
    const schema = z.strictObject({
      a: z.int(),
      b: z.enum(['x']),
      c: z.string().check(z.maxLength(1), z.regex(/^y$/)),
      d: z.union([z.int(), z.boolean()]),
      e: z.array(z.int()),
    });
    const error = errorOf(schema, { a: secret, b: secret, c: secret, d: secret, e: [secret] });
    expect(error.details).toHaveLength(6);
    expect(`${JSON.stringify(error)}${error.stack}`).not.toContain(secret);
  });
});
