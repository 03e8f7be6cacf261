import { describe, expect, it } from 'vitest';
import { Submissions } from '#shared/reconcile/submit/submissions.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;
const object = (key: string, facts = {}) => ({ key, size: 5, lastModified: NOW - 60 * MINUTE, etag: 'e', ...facts });
const minutes = (count: number) => NOW + count * MINUTE;

function submitted(count: number, source = object('k')): Submissions {
  const submissions = new Submissions();
  submissions.reserve(source, NOW);
  for (let each = 0; each < count; each++) submissions.submitted(source.key, true, NOW);
  return submissions;
}

describe('submissions', () => {
  it.each([
    [1, 10],
    [2, 30],
    [3, 90],
    [4, 270],
    [5, 810],
    [6, 1440],
    [1000, 1440],
  ])('after %d of them the next one waits %d minutes', (count, wait) => {
    const submissions = submitted(count);

    expect(submissions.find(object('k'), minutes(wait) - 1)).toMatchObject({ count, waits: true });
    expect(submissions.find(object('k'), minutes(wait))).toMatchObject({ count, waits: false });
    expect(submissions.find(object('k'), minutes(-1))).toMatchObject({ count, waits: false });
  });

  it.each([{ size: 6 }, { lastModified: NOW }, { etag: 'f' }, { etag: undefined }])(
    'are of the source as it is, and begin anew with %j',
    (facts) => {
      const submissions = submitted(3);
      const changed = object('k', facts);

      expect(submissions.find(changed, NOW)).toBeUndefined();
      submissions.reserve(changed, NOW);
      expect(submissions.find(changed, NOW)).toMatchObject({ count: 0, waits: false, accepted: false });
    },
  );

  it('are the same when they have been written and read, in the pass and in the next one', () => {
    const submissions = submitted(2);
    submissions.reserve(object('refused'), NOW);
    submissions.submitted('refused', false, NOW);
    const read = Submissions.read(submissions.toText(), NOW);

    expect(read?.toText()).toBe(submissions.toText());
    expect(read?.find(object('k'), NOW)).toMatchObject({ count: 2, acceptedNow: true, accepted: true });
    expect(read?.find(object('refused'), NOW)).toMatchObject({ count: 1, acceptedNow: false, accepted: false });
    const next = read?.next(true, NOW);
    expect(next?.find(object('k'), NOW)).toMatchObject({ count: 2, acceptedNow: false, accepted: true });
  });

  it('are forgotten by a complete pass that has not met the object again, and by no other', () => {
    const next = submitted(2).next(true, NOW);

    expect(next.next(false, NOW).find(object('k'), NOW)).toMatchObject({ count: 2 });
    expect(next.next(true, NOW).find(object('k'), NOW)).toBeUndefined();
  });

  it('of more objects than there are places wait, unless no earlier pass can have made one', () => {
    const first = new Submissions(undefined, 1);
    expect(first.reserve(object('a'), NOW)).toBe(true);
    expect(first.reserve(object('b'), NOW)).toBe(true);

    const later = first.next(true, minutes(-5));
    expect(later.reserve(object('a'), NOW)).toBe(true);
    expect(later.reserve(object('b'), NOW)).toBe(false);
    expect(later.reserve(object('b', { lastModified: minutes(-5) }), NOW)).toBe(true);
    expect(later.reserve(object('b', { lastModified: minutes(1) }), NOW)).toBe(false);
    later.submitted('b', true, NOW);
    expect(later.toText()).toHaveLength(25);
  });

  it.each([
    'x',
    'x'.repeat(25),
    `${'k'.repeat(16)}00000000\ud83d`,
    `${'k'.repeat(16)}000000008`,
    '0'.repeat(25 * 100_001),
  ])('cannot be read from anything else: %.30s', (text) => {
    expect(Submissions.read(text)).toBeUndefined();
  });
});
