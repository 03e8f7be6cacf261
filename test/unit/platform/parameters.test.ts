import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { HttpRequest } from '#shared/platform/gateway-event.ts';
import { readParameters, readPathAndBody } from '#shared/platform/parameters.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';

const schema = z.strictObject({ id: z.string().check(z.minLength(2)), limit: z.optional(z.string()) });
const request = (path: Record<string, string>, query: readonly (readonly [string, string])[]): HttpRequest => ({
  method: 'GET',
  path: '/x',
  pathParameters: new Map(Object.entries(path)),
  query: new Map(query),
  headers: new Map(),
  body: undefined,
  gatewayRequestId: undefined,
});
const problems = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof ValidationError) return error.details.map(({ path, rule }) => `${path} ${rule}`);
    throw error;
  }
  return [];
};

describe('readParameters', () => {
  it('reads path and query as one', () => {
    expect(readParameters(schema, request({ id: 'abc' }, [['limit', '1']]))).toEqual({ id: 'abc', limit: '1' });
  });

  it.each([
    ['a parameter that nobody knows', [['limt', '1']], ['limt unknown_field']],
    ['a name of the path', [['id', 'other']], ['["?id"] unknown_field']],
    ['a name of every object', [['constructor', 'x']], ['constructor unknown_field']],
    ['an empty name', [['', 'x']], ['[""] unknown_field']],
  ] as const)('refuses %s in the query by its name', (_name, query, expected) => {
    expect(problems(() => readParameters(schema, request({ id: 'abc' }, query)))).toEqual(expected);
  });

  it('never lets the query change the path, whatever its names are', () => {
    const query = [['__proto__', 'x']] as const;
    const read = () => readParameters(schema, request({ id: 'abc' }, query));
    expect(problems(read)).toEqual(['__proto__ unknown_field']);
  });
});

describe('readPathAndBody', () => {
  it('names every problem of path, query and body in one error', () => {
    const read = () =>
      readPathAndBody(schema, request({ id: 'a' }, [['x', '1']]), () => parse(z.object({ y: z.string() }), {}));
    expect(problems(read)).toEqual(['id min_length', 'x unknown_field', 'y required']);
  });

  it('passes on any other error', () => {
    const read = () =>
      readPathAndBody(schema, request({ id: 'abc' }, []), () => {
        throw new RangeError('other');
      });
    expect(read).toThrow(RangeError);
  });
});
