import { describe, expect, it } from 'vitest';
import type { KeyRange } from '#shared/listing/ranges.ts';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import type { DiffStep } from '#shared/reconcile/compare/counts.ts';
import { type DiffEnd, type DiffOptions, diff, type FactsPage } from '#shared/reconcile/compare/diff.ts';
import { DiffError } from '#shared/reconcile/compare/errors.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';
import { pagesOf } from '../../../helpers/listings.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const OLD = NOW - 3_600_000;
const comparer = new ObjectComparer({ rules: DEFAULT_RULES, graceMs: 60_000, sourceCloud: 'AWS', restore: false });
const object = (key: string, facts: Partial<ObjectFacts> = {}): ObjectFacts => ({
  key,
  size: 1,
  lastModified: OLD,
  ...facts,
});
const page = (...keys: string[]): FactsPage => ({ objects: keys.map((key) => object(key)) });
type Pages = readonly (FactsPage | Error)[];

type Options = Partial<DiffOptions> & { readonly range?: KeyRange & { readonly prefix?: string } };

const start = (source: Pages, destination: Pages, { range, ...options }: Options = {}) => {
  const listings = { source: pagesOf(source, range), destination: pagesOf(destination, range) };
  return diff({ ...listings, comparer, now: () => NOW, ...options });
};

async function run(
  source: Pages,
  destination: Pages,
  options: Options = {},
): Promise<{ steps: DiffStep[]; end: DiffEnd | undefined; error: unknown }> {
  const walking = start(source, destination, options);
  const steps: DiffStep[] = [];
  try {
    while (true) {
      const { done, value } = await walking.next();
      if (done) return { steps, end: value, error: undefined };
      steps.push(value);
    }
  } catch (error) {
    return { steps, end: undefined, error };
  }
}

const found = (steps: readonly DiffStep[]) =>
  steps.flatMap(({ findings }) => findings.map(({ key, verdict }) => `${key} ${verdict}`));

describe('diff', () => {
  it('walks through two listings whose pages end in different places', async () => {
    const { steps, end } = await run([page('a', 'b'), page('c', 'e')], [page('a'), page('c', 'd'), page('f')]);

    expect(found(steps)).toEqual(['b missing', 'd extra', 'e missing', 'f extra']);
    expect(end).toBe('complete');
    expect(steps.map(({ cursor }) => cursor)).toEqual(['a', 'b', 'd', 'e', 'f']);
  });

  it('counts what it finds, step by step', async () => {
    const sources = { objects: [object('a', { size: 3 }), object('b', { size: 4 })] };
    const destinations = { objects: [object('a', { size: 3 }), object('z', { size: 9 })] };
    const { steps } = await run([sources], [destinations]);
    const [first, second] = steps;

    expect(steps).toHaveLength(2);
    expect(first?.counts.source).toEqual({ objects: 2, bytes: 7 });
    expect(first?.counts.destination).toEqual({ objects: 1, bytes: 3 });
    expect(first?.counts.verdicts.same).toEqual({ objects: 1, bytes: 3, keys: ['a'] });
    expect(first?.counts.verdicts.missing).toEqual({ objects: 1, bytes: 4, keys: ['b'] });
    expect(second?.counts.destination).toEqual({ objects: 1, bytes: 9 });
    expect(second?.counts.verdicts.extra).toEqual({ objects: 1, bytes: 9, keys: ['z'] });
  });

  it('follows the order of UTF-8: U+FF5E is before an emoji', async () => {
    const { steps, end } = await run([page('\uff5e', '\u{1f600}')], [page('\u{1f600}')]);

    expect(found(steps)).toEqual(['\uff5e missing']);
    expect(end).toBe('complete');
  });

  it('says nothing of what is at the end of a page of the destination until the next page is there', async () => {
    const { steps, error } = await run([page('a', 'b', 'c')], [page('a'), new Error('reset')]);

    expect(found(steps)).toEqual([]);
    expect(steps.map(({ cursor }) => cursor)).toEqual(['a']);
    expect(error).toMatchObject({ name: 'DiffError', side: 'destination', fault: 'failed', position: 'a' });
  });

  it('says nothing of the rest of the destination when the source fails', async () => {
    const { steps, error } = await run([page('b'), new Error('reset')], [page('a', 'b', 'c', 'd')]);

    expect(found(steps)).toEqual(['a extra']);
    expect(error).toMatchObject({ side: 'source', fault: 'failed', position: 'b', cause: new Error('reset') });
  });

  it.each<[string, 'source' | 'destination', Pages, Pages, string, string | undefined]>([
    ['a key out of order', 'source', [page('b', 'a')], [page('a')], 'out_of_order', undefined],
    ['a page out of order', 'source', [page('c', 'd'), page('a', 'b')], [page('a')], 'out_of_order', 'd'],
    ['a key out of order', 'destination', [page('a')], [page('a'), page('c', 'b')], 'out_of_order', 'a'],
    ['the order of UTF-16', 'source', [page('\u{1f600}', '\uff5e')], [page('a')], 'out_of_order', undefined],
    ['a repeated key', 'source', [page('a', 'a')], [page('a')], 'repeated', undefined],
    ['a key repeated on the next page', 'destination', [page('a')], [page('a', 'b'), page('b', 'c')], 'repeated', 'b'],
    ['a repeated page', 'source', [page('a', 'b'), page('a', 'b')], [page('z')], 'repeated', 'b'],
    ['a repeated page', 'destination', [page('z')], [page('a', 'b'), page('a', 'b')], 'repeated', 'b'],
    ['a failure at the beginning', 'source', [new Error('403')], [page('a')], 'failed', undefined],
    ['a failure at the beginning', 'destination', [page('a')], [new Error('403')], 'failed', undefined],
  ])('stops at %s of the %s', async (_name, side, source, destination, fault, position) => {
    const { error } = await run(source, destination);

    expect(error).toBeInstanceOf(DiffError);
    expect(error).toMatchObject({ side, fault, position, status: 502, code: 'OmsSync.ListingNotTrusted' });
  });

  it.each<[string, Options['range'], Pages]>([
    ['before the range', { after: 'b' }, [page('b', 'c')]],
    ['without the prefix', { prefix: 'p/' }, [page('p/a', 'q')]],
    ['that comes before the prefix', { prefix: 'p/' }, [page('o', 'p/a')]],
  ])('stops at a key %s', async (_name, range = {}, pages) => {
    for (const side of ['source', 'destination'] as const) {
      const given = side === 'source' ? [pages, []] : [[], pages];
      const { steps, error } = await run(given[0] ?? [], given[1] ?? [], { range, emptySourceConfirmed: true });

      expect(error).toMatchObject({ side, fault: 'out_of_range' });
      expect(steps).toEqual([]);
    }
  });

  it('takes the ends of a range as they are meant: exclusive and inclusive', async () => {
    const { end } = await run([page('c', 'd')], [page('c', 'd')], { range: { after: 'b', until: 'd' } });

    expect(end).toBe('complete');
  });

  it('judges nothing where the source lists nothing, until that is confirmed', async () => {
    const pages = [page('a', 'b')];
    const unconfirmed = await run([], pages);
    const confirmed = await run([], pages, { emptySourceConfirmed: true });

    expect(unconfirmed).toEqual({ steps: [], end: 'empty_source', error: undefined });
    expect(found(confirmed.steps)).toEqual(['a extra', 'b extra']);
    expect(confirmed.end).toBe('complete');
    expect((await run([{ objects: [] }], pages)).end).toBe('empty_source');
    expect((await run([], [])).end).toBe('empty_source');
    expect(await run([], [], { emptySourceConfirmed: true })).toMatchObject({ steps: [], end: 'complete' });
  });

  it('never takes an error of the source for an empty source', async () => {
    const { steps, end, error } = await run([new Error('503')], [page('a')], { emptySourceConfirmed: true });

    expect(end).toBeUndefined();
    expect(steps).toEqual([]);
    expect(error).toMatchObject({ side: 'source', fault: 'failed' });
  });

  it('reads on over pages without objects', async () => {
    const none: FactsPage = { objects: [] };
    const { steps, end } = await run([none, none, page('a'), none, page('b')], [none, page('a'), none]);

    expect(found(steps)).toEqual(['b missing']);
    expect(end).toBe('complete');
  });

  it('finds everything missing where the destination has nothing', async () => {
    const { steps, end } = await run([page('a', 'b'), page('c')], []);

    expect(found(steps)).toEqual(['a missing', 'b missing', 'c missing']);
    expect(end).toBe('complete');
  });

  it('asks for a page only when the step that needs it is asked for', async () => {
    const asked: string[] = [];
    async function* traced(name: string, pages: readonly FactsPage[]) {
      for (const each of pages) {
        asked.push(name);
        yield each;
      }
    }
    const pages = [page('a'), page('b'), page('c')];
    const walking = diff({ source: traced('s', pages), destination: traced('d', pages), comparer, now: () => NOW });

    await walking.next();
    expect(asked).toEqual(['s', 'd']);
    await walking.next();
    expect(asked).toEqual(['s', 'd', 's', 'd']);
    await walking.return('complete');
  });

  it('ends both listings when it is left early', async () => {
    const closed: string[] = [];
    async function* endless(name: string) {
      try {
        for (let index = 0; ; index += 1) yield page(String(index).padStart(5, '0'));
      } finally {
        closed.push(name);
      }
    }
    const walking = diff({ source: endless('s'), destination: endless('d'), comparer, now: () => NOW });

    await walking.next();
    await walking.return('complete');
    expect(closed.sort()).toEqual(['d', 's']);
  });

  it('ends the other listing when one fails', async () => {
    let closed = false;
    async function* endless() {
      try {
        for (let index = 0; ; index += 1) yield page(String(index).padStart(5, '0'));
      } finally {
        closed = true;
      }
    }
    const walking = start([page('00000'), new Error('reset')], [], { destination: endless() });

    await expect(
      (async () => {
        for await (const _ of walking);
      })(),
    ).rejects.toThrow(DiffError);
    expect(closed).toBe(true);
  });

  it('judges what is in flight by when the older of the two pages was asked for', async () => {
    const young = object('b', { lastModified: OLD + 1 });
    const listed = (listedAt: number, objects: readonly ObjectFacts[]): FactsPage => ({ objects, listedAt });
    const both = (sourceAt: number, destinationAt: number) =>
      run([listed(sourceAt, [young])], [listed(destinationAt, [object('c')])]);

    expect(found((await both(NOW, OLD)).steps)[0]).toBe('b in_flight');
    expect(found((await both(OLD, NOW)).steps)[0]).toBe('b in_flight');
    expect(found((await both(NOW, NOW)).steps)[0]).toBe('b missing');
  });

  it('keeps the time that the last page told of, after the listing has ended, where the clock here is behind', async () => {
    const { steps } = await run(
      [{ objects: [object('b', { lastModified: OLD })], listedAt: NOW }],
      [{ objects: [], listedAt: NOW }],
      { now: () => OLD },
    );
    expect(found(steps)).toEqual(['b missing']);
  });

  it('takes the time at which it asked for a page where the page does not say', async () => {
    let now = OLD;
    const young = object('b', { lastModified: OLD });
    async function* source() {
      now = NOW;
      yield { objects: [object('a'), young] };
    }
    const { steps } = await run([], [page('c')], { source: source(), now: () => now });

    expect(found(steps)).toContain('b in_flight');
  });

  it.each([
    [OLD, 'in_flight'],
    [NOW, 'missing'],
  ])('takes the time of each page, not of the first: asked for at %i', async (secondAsked, verdict) => {
    let now = OLD;
    const source = [page('a'), { objects: [object('b', { lastModified: OLD })] }];
    const walking = start(source, [page('a'), page('c')], { now: () => now });
    await walking.next();
    now = secondAsked;

    expect((await walking.next()).value).toMatchObject({ findings: [{ key: 'b', verdict }] });
    await walking.return('complete');
  });

  it('counts apart what changed since a time, and what of it was lost', async () => {
    const since = OLD + 1000;
    const changed = { lastModified: since };
    const source = { objects: [object('a', changed), object('b', changed), object('c'), object('d', changed)] };
    const flying = object('e', { lastModified: NOW });
    const archived = object('f', { ...changed, storageClass: 'GLACIER' });
    const destination = { objects: [object('a', { lastModified: NOW }), object('d'), object('z', changed)] };
    const { steps } = await run([{ objects: [...source.objects, flying, archived] }], [destination], {
      changedSince: since,
    });
    const sum = (name: 'objects' | 'lost') => steps.reduce((total, { counts }) => total + counts.changed[name], 0);

    expect(found(steps)).toEqual([
      'b missing',
      'c missing',
      'd destination_older',
      'e in_flight',
      'f unmigratable',
      'z extra',
    ]);
    expect([sum('objects'), sum('lost')]).toEqual([4, 2]);
  });

  it('tells both failures as the one of the source', async () => {
    expect((await run([new Error('s')], [new Error('d')])).error).toMatchObject({ side: 'source' });
  });

  it('looks behind an end that nobody but the store tells of, and behind no other', async () => {
    const asked: string[] = [];
    const confirmEnd = async (side: string, after: string | undefined) => {
      asked.push(`${side} ${after}`);
      return true;
    };
    const seen = { ...page('b'), isEndSeen: true };

    expect((await run([page('a'), page('b')], [page('a')], { confirmEnd })).end).toBe('complete');
    expect(asked.splice(0)).toEqual(['destination a', 'source b']);
    expect((await run([page('a'), seen], [page('a'), page('z')], { confirmEnd })).end).toBe('complete');
    expect((await run([page('z')], [seen], { confirmEnd })).end).toBe('complete');
    expect(asked.splice(0)).toEqual(['source z']);
    expect((await run([], [page('a')], { confirmEnd, emptySourceConfirmed: true })).end).toBe('complete');
    expect(asked).toEqual([]);
  });

  it.each([
    ['source', [page('a')], [page('a', 'b')], ['a']],
    ['destination', [page('a', 'b')], [page('a')], ['a']],
    ['destination', [page('a', 'b')], [], []],
  ] as const)('concludes nothing behind an end of the %s that is none', async (wrong, sources, destinations, same) => {
    const { steps, end } = await run(sources, destinations, { confirmEnd: async (side) => side !== wrong });

    expect(end).toBe('goes_on');
    expect(steps.flatMap(({ counts }) => counts.verdicts.same.keys)).toEqual(same);
    expect(found(steps)).toEqual([]);
  });
});
