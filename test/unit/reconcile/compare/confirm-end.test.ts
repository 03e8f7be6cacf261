import { beforeEach, describe, expect, it } from 'vitest';
import type { ListedPage, ListRequest } from '#shared/listing/lister.ts';
import { LiveRange } from '#shared/listing/live-range.ts';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import { EndConfirmer } from '#shared/reconcile/compare/confirm-end.ts';
import { DiffError } from '#shared/reconcile/compare/errors.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';

const NOW = 10_000_000;
const { signal } = new AbortController();

let asked: ListRequest[];
let shown: (string | Error)[];
const young = new Set<string>();
let youngest: number;
beforeEach(() => {
  asked = [];
  shown = [];
  young.clear();
  youngest = NOW - 1000;
});

const lister = {
  async *pages(request: ListRequest): AsyncGenerator<ListedPage> {
    asked.push(request);
    const next = shown.shift();
    if (next instanceof Error) throw next;
    yield { objects: [], last: false, listedAt: NOW, calls: 1 };
    if (next !== undefined)
      yield {
        objects: next.split(' ').map((key) => ({ key, size: 1, lastModified: young.has(key) ? youngest : 0 })),
        last: true,
        listedAt: NOW,
        calls: 2,
      };
  },
};

function looksAt(live: LiveRange, prefix?: string, now = NOW) {
  const comparer = new ObjectComparer({ rules: DEFAULT_RULES, graceMs: 60_000, sourceCloud: 'AWS', restore: false });
  const buckets = { source: 'from', destination: 'to' };
  const looks = new EndConfirmer(
    { source: lister, destination: lister, buckets, prefix, comparer, now: () => now },
    live,
    signal,
  );
  let calls = 0;
  const isEnd = (side: 'source' | 'destination', after?: string) =>
    looks.isEnd(side, after, async function* (pages) {
      for await (const page of pages) {
        calls = page.calls;
        yield page;
      }
    });
  return { isEnd, calls: () => calls };
}

describe('a look behind the end of a listing', () => {
  it('asks for what is behind the last key, in the range as it is at the moment', async () => {
    const live = new LiveRange({ after: 'p/b', until: 'p/y' });
    const { isEnd, calls } = looksAt(live, 'p/');

    expect(await isEnd('source', 'p/c')).toBe(true);
    live.narrow('p/m');
    expect(await isEnd('destination')).toBe(true);
    live.done('p/d');
    await isEnd('destination');

    expect(asked).toEqual([
      { bucket: 'from', prefix: 'p/', after: 'p/c', until: 'p/y', signal },
      { bucket: 'to', prefix: 'p/', after: 'p/b', until: 'p/m', signal },
      { bucket: 'to', prefix: 'p/', after: 'p/d', until: 'p/m', signal },
    ]);
    expect(calls()).toBe(1);
  });

  it.each(['source', 'destination'] as const)(
    'does not believe an end of the %s with an object behind',
    async (side) => {
      const { isEnd, calls } = looksAt(new LiveRange({}));
      shown = ['x'];

      expect(await isEnd(side, 'k')).toBe(false);
      expect(calls()).toBe(2);
    },
  );

  it.each(['source', 'destination'] as const)('finds the %s contradicting itself', async (side) => {
    const { isEnd } = looksAt(new LiveRange({}));
    shown = ['x', 'x'];

    await isEnd(side, 'k');
    await expect(isEnd(side, 'k')).rejects.toThrow(new DiffError(side, 'ended_early', 'k'));
  });

  it('takes no side for the other', async () => {
    const { isEnd } = looksAt(new LiveRange({}));
    shown = ['x', 'x'];

    expect(await isEnd('source', 'k')).toBe(false);
    expect(await isEnd('destination', 'k')).toBe(false);
  });

  it.each<[string, readonly string[], boolean]>([
    ['is an end where nothing else is behind it', ['m n'], true],
    ['is no end where a settled object follows it', ['m n x'], false],
    ['is no end where the look ends early, too, and a settled object follows', ['m', 'n', 'x'], false],
  ])('an upload under way %s', async (_name, pages, end) => {
    const { isEnd } = looksAt(new LiveRange({}));
    for (const key of ['m', 'n']) young.add(key);
    shown = [...pages];

    expect(await isEnd('source', 'k')).toBe(end);
  });

  it('is no end before a settled object that a clock behind the store takes for young', async () => {
    const hour = 3_600_000;
    const { isEnd } = looksAt(new LiveRange({}), undefined, NOW - hour);
    young.add('m');
    youngest = NOW - hour;
    shown = ['m'];

    expect(await isEnd('source', 'k')).toBe(false);
  });

  it('ends where uploads come faster than they are listed', async () => {
    const { isEnd } = looksAt(new LiveRange({}));
    const keys = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    for (const each of keys) young.add(each);
    youngest = NOW;
    shown = [...keys];

    expect(await isEnd('source', 'k')).toBe(true);
    expect(shown).toHaveLength(10);
  });

  it('waits for young copies', async () => {
    const { isEnd } = looksAt(new LiveRange({}));
    young.add('x');
    shown = ['x'];

    expect(await isEnd('destination', 'k')).toBe(false);
  });

  it('follows a source for as long as it shows more, and a destination twice', async () => {
    const { isEnd } = looksAt(new LiveRange({}));
    const keys = Array.from({ length: 9 }, (_, index) => `k${index}`);

    shown = [...keys];
    for (const _ of keys) expect(await isEnd('source', 'a')).toBe(false);
    shown = [...keys];
    expect([await isEnd('destination'), await isEnd('destination'), await isEnd('destination')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is no end where it fails', async () => {
    const { isEnd } = looksAt(new LiveRange({}));
    const error = new Error('broken');
    shown = [error];

    await expect(isEnd('source', 'k')).rejects.toMatchObject({ side: 'source', fault: 'failed', cause: error });
  });
});
