import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  addCounts,
  countFinding,
  countSame,
  NAMED_KEY_LENGTH,
  NAMED_KEYS,
  namedKey,
  noCounts,
  submittable,
} from '#shared/reconcile/compare/counts.ts';
import type { Finding, ObjectFacts } from '#shared/reconcile/compare/verdict.ts';

const object = (key: string, size = 1): ObjectFacts => ({ key, size, lastModified: 0 });
const finding = (key: string, facts: Partial<Finding> = {}): Finding => ({
  key,
  verdict: 'missing',
  source: object(key),
  submit: true,
  ...facts,
});
const keysOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `k${String(from + index).padStart(6, '0')}`);

describe('counts', () => {
  it('name the first 100 keys of a verdict and count the rest', () => {
    const counts = noCounts();
    for (const key of keysOf(0, 250)) countFinding(counts, finding(key));
    for (const key of keysOf(0, 250)) countSame(counts, key, 2, 3);

    expect(counts.verdicts.missing).toEqual({ objects: 250, bytes: 250, keys: keysOf(0, NAMED_KEYS) });
    expect(counts.verdicts.same).toEqual({ objects: 250, bytes: 500, keys: keysOf(0, NAMED_KEYS) });
    expect(counts.source).toEqual({ objects: 500, bytes: 750 });
    expect(counts.destination).toEqual({ objects: 250, bytes: 750 });
  });

  it('take the bytes of the source, and those of the destination where it is alone', () => {
    const counts = noCounts();
    const [source, destination] = [object('a', 3), object('a', 5)];
    countFinding(counts, finding('a', { verdict: 'size_differs', source, destination }));
    const { source: _, ...extra } = finding('b', { verdict: 'extra', destination: object('b', 7) });
    countFinding(counts, extra);

    expect(counts.verdicts.size_differs.bytes).toBe(3);
    expect(counts.verdicts.extra.bytes).toBe(7);
    expect(counts.source).toEqual({ objects: 1, bytes: 3 });
    expect(counts.destination).toEqual({ objects: 2, bytes: 12 });
  });

  it('count reasons', () => {
    const counts = noCounts();
    for (const key of ['a', 'b']) countFinding(counts, finding(key, { verdict: 'unmigratable', reason: 'archived' }));
    countFinding(counts, finding('c', { verdict: 'ignored_by_oms', reason: 'no_overwrite' }));

    expect(counts.reasons).toEqual({ archived: 2, no_overwrite: 1 });
    expect(addCounts(counts, counts).reasons).toEqual({ archived: 4, no_overwrite: 2 });
  });

  it('add up, and keep the keys that come first, in the order of UTF-8', () => {
    const [a, b] = [noCounts(), noCounts()];
    for (const key of keysOf(60, 100)) countFinding(a, finding(key));
    for (const key of keysOf(0, 60)) countFinding(b, finding(key));
    const [c, d] = [noCounts(), noCounts()];
    countFinding(c, finding('\u{1f600}'));
    countFinding(d, finding('\uff5e'));

    expect(addCounts(a, b).verdicts.missing).toEqual({ objects: 160, bytes: 160, keys: keysOf(0, 100) });
    expect(addCounts(c, d).verdicts.missing.keys).toEqual(['\uff5e', '\u{1f600}']);
  });

  it('leave what is added as it was', () => {
    const [a, b] = [noCounts(), noCounts()];
    countFinding(a, finding('a'));
    const total = addCounts(a, b);
    countFinding(total, finding('b'));

    expect(a.verdicts.missing).toEqual({ objects: 1, bytes: 1, keys: ['a'] });
    expect(a.source.objects).toBe(1);
    expect(b).toEqual(noCounts());
  });

  it('keep no page in memory for a key that was cut out of it', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    let total = noCounts();
    for (let index = 0; index < NAMED_KEYS; index += 1) {
      const text = Buffer.alloc(1_000_000, String(index % 10)).toString('latin1');
      const step = noCounts();
      countFinding(step, finding(text.slice(index, index + 50)));
      total = addCounts(total, step);
    }

    expect(total.verdicts.missing.objects).toBe(NAMED_KEYS);
    expect(used() - before).toBeLessThan(5_000_000);
  });

  it('know how much is to be submitted', () => {
    const counts = noCounts();
    const verdicts = ['missing', 'size_differs', 'destination_older', 'checksum_differs', 'in_flight'] as const;
    for (const verdict of [...verdicts, 'ignored_by_oms', 'unmigratable', 'oms_own'] as const)
      countFinding(counts, finding(verdict, { verdict }));
    countSame(counts, 'x', 1, 1);

    expect(submittable(counts)).toEqual({ objects: 4, bytes: 4 });
  });
});

describe('namedKey', () => {
  it('leaves keys of ordinary length as they are', () => {
    expect(namedKey('é'.repeat(NAMED_KEY_LENGTH))).toBe('é'.repeat(NAMED_KEY_LENGTH));
    expect(namedKey('\u{1f600}'.repeat(NAMED_KEY_LENGTH))).toBe('\u{1f600}'.repeat(NAMED_KEY_LENGTH));
  });

  it.each(['a', 'é', '\u{1f600}', 'a\u{1f600}'])('cuts a longer key of %j between characters, and marks it', (text) => {
    const key = text.repeat(300);

    expect(namedKey(key)).toBe(`${[...key].slice(0, NAMED_KEY_LENGTH).join('')}…`);
    expect(() => encodeURIComponent(namedKey(key))).not.toThrow();
  });

  it('names two long keys with one beginning once', () => {
    const counts = noCounts();
    for (const end of ['x', 'y']) countFinding(counts, finding(`${'k'.repeat(500)}${end}`));

    expect(counts.verdicts.missing).toMatchObject({ objects: 2, keys: [`${'k'.repeat(NAMED_KEY_LENGTH)}…`] });
  });
});
