import { describe, expect, it } from 'vitest';
import { globPattern, readFilter } from '../../../../scripts/cli/backlog/filter.ts';
import { backlog } from '../../../../scripts/cli/backlog.ts';
import { contextOf } from '../../../helpers/cli.ts';

describe('a glob', () => {
  it.each([
    ['photos/**', 'photos/2026/a.jpg', true],
    ['photos/*', 'photos/2026/a.jpg', false],
    ['photos/*', 'photos/a.jpg', true],
    ['photos/**/*.jpg', 'photos/2026/10/a.jpg', true],
    ['photos/?.jpg', 'photos/☃.jpg', true],
    ['photos/?.jpg', 'photos/😀.jpg', true],
    ['photos/?.jpg', 'photos/ab.jpg', false],
    ['photos/a.jpg', 'photos/aXjpg', false],
    ['photos/a+b (1) [x] {y} $^|\\-.jpg', 'photos/a+b (1) [x] {y} $^|\\-.jpg', true],
    ['**', 'photos/line\nbreak', true],
    ['photos/*', 'photos/line\nbreak', true],
    ['hotos/*', 'photos/a', false],
  ])('%s and %s: %s', (glob, name, matches) => {
    expect(globPattern(glob).test(name)).toBe(matches);
  });
});

describe('the flags of backlog', () => {
  it('choose documents of every kind where none is named', async () => {
    expect(readFilter(await contextOf(backlog, ['list']))).toEqual({
      kinds: new Set(['failed_invocation', 'dead_letter', 'parked']),
    });
  });

  it('choose by kind, cause, glob and name', async () => {
    const argv = ['retry', 'parked/a.json', '--kind', 'parked', '--cause', 'A.B', '--cause', 'C.D', '--glob', 'b/*'];

    expect(readFilter(await contextOf(backlog, argv))).toEqual({
      kinds: new Set(['parked']),
      causes: new Set(['A.B', 'C.D']),
      objects: globPattern('b/*'),
      name: 'parked/a.json',
    });
  });

  it.each([
    ['an action that there is not', ['delete'], /list, show, retry, discard/],
    ['a kind that there is not', ['list', '--kind', 'letters'], /dead_letter, failed_invocation, parked/],
  ])('refuse %s', async (_what, argv, message) => {
    await expect(contextOf(backlog, argv)).rejects.toThrow(message);
  });
});
