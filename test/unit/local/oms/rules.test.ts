import { describe, expect, expectTypeOf, it } from 'vitest';
import { OmsFault } from '../../../../scripts/local/oms/errors.ts';
import { check, type Fields } from '../../../../scripts/local/oms/rules.ts';

const FIELDS = {
  kind: { type: 'string', values: ['a', 'b'], default: 'a' },
  name: { type: 'string', mandatory: true, min: 1, max: 3 },
  note: { type: 'string', forbidden: { characters: '<>', code: 'X.1' } },
  extra: { type: 'string', mandatoryWhen: { field: 'kind', values: ['b'] } },
  mode: { type: 'string', only: [{ value: 'fast', when: { field: 'kind', values: ['b'] } }] },
  parts: { type: 'string', subset: ['x', 'y'] },
  flag: { type: 'boolean' },
  count: { type: 'number-text', min: 0, max: 9 },
  list: { type: 'array', min: 1, max: 2, element: { type: 'string', min: 1, max: 2 } },
  inner: { type: 'object', fields: { deep: { type: 'string', mandatory: true } } },
} as const satisfies Fields;

const fault = (value: unknown): [number, string, string] | undefined => {
  try {
    check(FIELDS, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof OmsFault)) throw error;
    return [error.status, error.code, error.message];
  }
};

describe('check', () => {
  it('returns what the table has, with defaults, and drops the rest', () => {
    const checked = check(FIELDS, { name: 'n', count: '7', flag: null, other: 1, inner: { deep: 'd', more: 1 } });
    expect(checked).toEqual({ kind: 'a', name: 'n', count: 7, inner: { deep: 'd' } });
    expectTypeOf(checked.kind).toEqualTypeOf<'a' | 'b'>();
    expectTypeOf(checked.name).toEqualTypeOf<string>();
    expectTypeOf(checked.count).toEqualTypeOf<number | undefined>();
  });

  it.each<[unknown, string, string]>([
    [{}, 'OMS.1004', 'The parameter name is missing.'],
    [{ name: '' }, 'OMS.0064', 'The parameter name must have 1 to 3 characters.'],
    [{ name: 'long' }, 'OMS.0064', 'The parameter name must have 1 to 3 characters.'],
    [{ name: 1 }, 'OMS.1002', 'The parameter name must be a string.'],
    [{ name: 'n', kind: 'c' }, 'OMS.0064', 'The parameter kind must be one of a, b.'],
    [{ name: 'n', note: 'a<b' }, 'X.1', 'The parameter note must not contain any of <>'],
    [{ name: 'n', kind: 'b' }, 'OMS.1004', 'The parameter extra is mandatory for this kind.'],
    [{ name: 'n', kind: 'b', extra: '' }, 'OMS.1004', 'The parameter extra is mandatory for this kind.'],
    [{ name: 'n', mode: 'fast' }, 'OMS.1003', 'The parameter mode can be fast only for some kind.'],
    [{ name: 'n', parts: 'x,,y' }, 'OMS.0064', 'The parameter parts must list some of x, y.'],
    [{ name: 'n', flag: 'true' }, 'OMS.1002', 'The parameter flag must be a boolean.'],
    [{ name: 'n', count: '1.5' }, 'OMS.0001', 'The parameter count must be an integer.'],
    [{ name: 'n', count: '10' }, 'OMS.0001', 'The parameter count must be between 0 and 9.'],
    [{ name: 'n', list: {} }, 'OMS.1002', 'The parameter list must be an array.'],
    [{ name: 'n', list: [] }, 'OMS.0064', 'The parameter list must have 1 to 2 elements.'],
    [{ name: 'n', list: ['a', 'abc'] }, 'OMS.0064', 'The parameter list[1] must have 1 to 2 characters.'],
    [{ name: 'n', inner: {} }, 'OMS.1004', 'The parameter inner.deep is missing.'],
    [{ name: 'n', inner: [] }, 'OMS.1002', 'The parameter inner must be an object.'],
  ])('refuses %j', (value, code, message) => {
    expect(fault(value)).toEqual([400, code, message]);
  });

  it('takes only the own fields of a value', () => {
    expect(fault(Object.create({ name: 'n' }))).toEqual([400, 'OMS.1004', 'The parameter name is missing.']);
  });
});
