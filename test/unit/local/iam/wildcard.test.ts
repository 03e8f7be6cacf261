import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../../../../scripts/local/iam/wildcard.ts';
import { runs } from '../../../helpers/thorough.ts';

describe('matchesWildcard', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['abc', 'xabc', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'a/b', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['a*bc*c', 'abc', false],
    ['a*bc*c', 'abcc', true],
    ['a**b', 'ab', true],
    ['reconcile/*/lease.json', 'reconcile/a/b/lease.json', true],
    ['reconcile/*/lease.json', 'reconcile/a/checkpoint.json', false],
    ['a?c', 'abc', false],
    ['a.c', 'abc', false],
  ])('finds %j in %j: %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });

  it('decides as a regular expression does', () => {
    const short = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 7 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 7 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(short, text, (pattern, value) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(matchesWildcard(pattern, value)).toBe(expression.test(value));
      }),
      { seed: 6, numRuns: runs(2000) },
    );
  });
});
