import { describe, expect, it } from 'vitest';
import { ListingError } from '#shared/listing/errors.ts';
import { type ListedPage, type ListRequest, ObjectLister } from '#shared/listing/lister.ts';
import type { ObjectPage } from '#shared/objectstore/port.ts';
import { ModelStore, type ModelStoreOptions } from '../../../helpers/model-store.ts';

const KEYS = ['a', 'b/1', 'b/2', 'b/～', 'b/😀', 'c', 'd', 'é'];
const THREE = { pageKeys: () => 3 };

async function collect(pages: AsyncIterable<ListedPage>): Promise<ListedPage[]> {
  const collected: ListedPage[] = [];
  for await (const page of pages) collected.push(page);
  return collected;
}

const keysOf = (pages: readonly ListedPage[]): string[] =>
  pages.flatMap(({ objects }) => objects.map(({ key }) => key));

function listerOf(keys: readonly string[], options: ModelStoreOptions = THREE, now: () => number = () => 0) {
  const store = new ModelStore(keys, options);
  return { store, lister: new ObjectLister({ store, now }) };
}

const list = (request: Partial<ListRequest>, options: ModelStoreOptions = THREE, keys = KEYS) =>
  collect(listerOf(keys, options).lister.pages({ bucket: 'bucket', ...request }));

/** The fault of a listing, and the keys that came before it. */
async function faultOf(options: ModelStoreOptions, request: Partial<ListRequest> = {}, keys = KEYS) {
  const seen: string[] = [];
  try {
    for await (const { objects } of listerOf(keys, options).lister.pages({ bucket: 'bucket', ...request }))
      seen.push(...objects.map(({ key }) => key));
  } catch (error) {
    expect(error).toBeInstanceOf(ListingError);
    const { fault, position, message, bucket, retryable } = error as ListingError;
    expect({ bucket, retryable }).toEqual({ bucket: 'bucket', retryable: true });
    for (const key of keys.filter((name) => name.length > 1)) expect(message).not.toContain(key);
    return { fault, position, seen };
  }
  throw new Error('the listing was trusted');
}

/** Replaces the objects of one page. */
const onCall =
  (wanted: number, change: (page: ObjectPage) => ObjectPage) =>
  (page: ObjectPage, call: number): ObjectPage =>
    call === wanted ? change(page) : page;

describe('a listing', () => {
  it('has all objects in the order of their bytes, whatever the pages', async () => {
    for (const version of [1, 2] as const)
      for (const size of [1, 2, 3, 7, 8, 9])
        expect(keysOf(await list({}, { version, pageKeys: () => size }))).toEqual(KEYS);
  });

  it('tells of each page whether it is the last, when it was asked for, and the calls so far', async () => {
    let time = 0;
    const { lister } = listerOf(KEYS, THREE, () => (time += 10));
    expect(
      (await collect(lister.pages({ bucket: 'bucket' }))).map(({ objects, ...rest }) => ({
        count: objects.length,
        ...rest,
      })),
    ).toEqual([
      { count: 3, last: false, listedAt: 10, calls: 1 },
      { count: 3, last: false, listedAt: 20, calls: 2 },
      { count: 2, last: true, listedAt: 30, calls: 3 },
    ]);
  });

  it.each([
    ['ahead', 7_000, 7_010],
    ['behind', 3, 10],
  ])('takes the time of a store that is %s of the clock here', async (_where, date, listedAt) => {
    const store = { listObjects: async (): Promise<ObjectPage> => ({ objects: [], date }) };
    let time = 0;
    const lister = new ObjectLister({ store, now: () => (time += 10) });
    // The answer is there at 20.
    expect(await collect(lister.pages({ bucket: 'bucket' }))).toMatchObject([
      { listedAt: date === 7_000 ? listedAt - 20 : listedAt },
    ]);
  });

  it('of an empty bucket is one empty page', async () => {
    expect(await list({}, THREE, [])).toMatchObject([{ objects: [], last: true, calls: 1 }]);
  });

  it('asks for a page when it is iterated to, and not before', async () => {
    const { store, lister } = listerOf(KEYS);
    const pages = lister.pages({ bucket: 'bucket' });
    expect(store.requests).toHaveLength(0);
    await pages.next();
    expect(store.requests).toEqual([{ bucket: 'bucket' }]);
    await pages.return();
    expect(store.requests).toHaveLength(1);
  });

  it('is counted with all the others of its lister', async () => {
    const { store, lister } = listerOf(KEYS);
    await collect(lister.pages({ bucket: 'bucket' }));
    await collect(lister.pages({ bucket: 'bucket', after: 'b', until: 'a' }));
    await lister.firstKey({ bucket: 'bucket', after: 'd' });
    expect(lister.calls).toBe(4);
    expect(store.requests).toHaveLength(4);
  });

  it('asks for as many keys as it was told to', async () => {
    const store = new ModelStore(KEYS);
    await collect(new ObjectLister({ store, pageKeys: 5 }).pages({ bucket: 'bucket', prefix: 'b/' }));
    expect(store.requests).toEqual([{ bucket: 'bucket', prefix: 'b/', maxKeys: 5 }]);
  });

  it('follows empty pages that lead on, but not for ever', async () => {
    let left = 5;
    const damage = (page: ObjectPage): ObjectPage => (left-- > 0 ? { objects: [], nextToken: `empty ${left}` } : page);
    const pages = new ObjectLister({
      store: {
        listObjects: async (request) =>
          damage(
            await new ModelStore(KEYS).listObjects(
              request.continuationToken?.startsWith('empty') ? { bucket: 'bucket' } : request,
            ),
          ),
      },
    }).pages({ bucket: 'bucket' });
    expect(keysOf(await collect(pages))).toEqual(KEYS);

    let token = 0;
    const endless = { listObjects: async (): Promise<ObjectPage> => ({ objects: [], nextToken: String(token++) }) };
    await expect(collect(new ObjectLister({ store: endless }).pages({ bucket: 'bucket' }))).rejects.toMatchObject({
      fault: 'no_progress',
    });
    expect(token).toBe(1001);
  });
});

describe('a range', () => {
  it.each([
    [{ prefix: 'b/' }, ['b/1', 'b/2', 'b/～', 'b/😀']],
    [{ prefix: 'x' }, []],
    [{ after: 'b/2' }, ['b/～', 'b/😀', 'c', 'd', 'é']],
    [{ after: 'b' }, ['b/1', 'b/2', 'b/～', 'b/😀', 'c', 'd', 'é']],
    [{ after: 'é' }, []],
    [{ until: 'b/2' }, ['a', 'b/1', 'b/2']],
    [{ until: 'b/20' }, ['a', 'b/1', 'b/2']],
    [{ until: 'b/～' }, ['a', 'b/1', 'b/2', 'b/～']],
    [{ until: '\u0001' }, []],
    [{ until: 'a' }, ['a']],
    [{ after: 'a', until: 'c' }, ['b/1', 'b/2', 'b/～', 'b/😀', 'c']],
    [{ after: 'b/～', until: 'b/😀' }, ['b/😀']],
    [{ after: 'b/～', until: 'b/😀', prefix: 'b' }, ['b/😀']],
    [{ after: 'a', until: 'zzz', prefix: 'b/' }, ['b/1', 'b/2', 'b/～', 'b/😀']],
  ])('%j has its keys and no other', async (request, keys) => {
    for (const version of [1, 2] as const)
      for (const size of [1, 2, 3, 100]) {
        const pages = await list(request, { version, pageKeys: () => size });
        expect(keysOf(pages)).toEqual(keys);
        expect(pages.map(({ last }) => last)).toEqual(pages.map((_, index) => index === pages.length - 1));
      }
  });

  it('that is empty by its bounds asks for nothing', async () => {
    const { store, lister } = listerOf(KEYS);
    for (const until of ['b', 'a', '\u0001'])
      expect(await collect(lister.pages({ bucket: 'bucket', after: 'b', until }))).toEqual([
        { objects: [], last: true, isEndSeen: true, listedAt: 0, calls: 0 },
      ]);
    // The range would be empty in UTF-16 order.
    expect(keysOf(await collect(lister.pages({ bucket: 'bucket', after: 'b/～', until: 'b/😀' })))).toEqual(['b/😀']);
    expect(store.requests).toHaveLength(1);
  });

  it('is not listed beyond its end', async () => {
    const { store, lister } = listerOf(KEYS);
    await collect(lister.pages({ bucket: 'bucket', until: 'b/2' }));
    expect(store.requests).toHaveLength(1);
  });

  it('ends with the page that reaches its end', async () => {
    expect(await list({ until: 'b/20' })).toMatchObject([{ last: false }, { last: true, objects: [] }]);
  });

  it('says of its last page whether a key at its end, or behind it, was seen', async () => {
    const seen = async (until?: string) => (await list(until === undefined ? {} : { until })).at(-1)?.isEndSeen;

    expect(await seen('b/20')).toBe(true);
    expect(await seen('\u{10fffd}')).toBeUndefined();
    expect(await seen()).toBeUndefined();
  });
});

describe('the first key', () => {
  it('of a range is found by asking for one', async () => {
    const { store, lister } = listerOf(KEYS);
    const first = (request: Partial<ListRequest>) => lister.firstKey({ bucket: 'bucket', ...request });

    expect(await first({})).toBe('a');
    expect(await first({ after: 'b/2', until: 'b/～' })).toBe('b/～');
    expect(await first({ after: 'b/～', until: 'b/～z' })).toBeUndefined();
    expect(await first({ prefix: 'b', after: 'b/😀' })).toBeUndefined();
    expect(await first({ prefix: 'c', until: 'b' })).toBeUndefined();
    expect(store.requests.map(({ maxKeys }) => maxKeys)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is looked for behind empty pages', async () => {
    const damage = onCall(1, ({ nextToken }) => ({ objects: [], ...(nextToken ? { nextToken } : {}) }));
    expect(await listerOf(KEYS, { damage }).lister.firstKey({ bucket: 'bucket' })).toBe('b/1');
  });
});

describe('a listing that cannot be trusted ends with an error', () => {
  const reversed = (page: ObjectPage): ObjectPage => ({ ...page, objects: page.objects.toReversed() });

  it('where a page is out of order', async () => {
    expect(await faultOf({ ...THREE, damage: onCall(2, reversed) })).toEqual({
      fault: 'out_of_order',
      position: 'b/2',
      seen: ['a', 'b/1', 'b/2'],
    });
    expect(await faultOf({ ...THREE, damage: onCall(1, reversed) })).toMatchObject({ fault: 'out_of_order', seen: [] });
  });

  it('where the order is that of UTF-16', async () => {
    const utf16 = (page: ObjectPage): ObjectPage => ({
      ...page,
      objects: page.objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    });
    expect(await faultOf({ damage: utf16 })).toMatchObject({ fault: 'out_of_order', position: undefined });
  });

  it('where a later page begins before the end of the one before', async () => {
    const earlier = (page: ObjectPage): ObjectPage => ({
      ...page,
      objects: [{ key: 'b/10', size: 0, lastModified: 0 }, ...page.objects],
    });
    expect(await faultOf({ ...THREE, damage: onCall(2, earlier) })).toMatchObject({
      fault: 'out_of_order',
      position: 'b/2',
    });
  });

  it('where a key comes twice', async () => {
    const twice = (page: ObjectPage): ObjectPage => ({
      ...page,
      objects: page.objects.flatMap((object) => [object, object]),
    });
    expect(await faultOf({ ...THREE, damage: onCall(1, twice) })).toMatchObject({
      fault: 'repeated',
      position: undefined,
    });
    const again = (page: ObjectPage): ObjectPage => ({
      ...page,
      objects: [{ key: 'b/2', size: 0, lastModified: 0 }, ...page.objects],
    });
    expect(await faultOf({ ...THREE, damage: onCall(2, again) })).toMatchObject({
      fault: 'repeated',
      position: 'b/2',
      seen: ['a', 'b/1', 'b/2'],
    });
  });

  it('where a page comes twice, also one of a single key', async () => {
    for (const size of [1, 3]) {
      let previous: ObjectPage | undefined;
      const damage = (page: ObjectPage, call: number): ObjectPage => {
        const answer = call === 3 ? { ...page, objects: previous?.objects ?? [] } : page;
        previous = page;
        return answer;
      };
      expect(await faultOf({ pageKeys: () => size, damage })).toMatchObject({ fault: 'repeated' });
    }
  });

  it('where the store begins before the range', async () => {
    const fromTheStart = (_page: ObjectPage, _call: number): ObjectPage => ({
      objects: KEYS.map((key) => ({ key, size: 0, lastModified: 0 })),
    });
    expect(await faultOf({ damage: fromTheStart }, { after: 'b/1' })).toMatchObject({ fault: 'out_of_range' });
    // Exclusive.
    expect(await faultOf({ damage: fromTheStart }, { after: 'a' })).toMatchObject({
      fault: 'out_of_range',
      position: 'a',
      seen: [],
    });
  });

  it('where a key is without the prefix', async () => {
    const foreign = (page: ObjectPage): ObjectPage => ({
      ...page,
      objects: [...page.objects, { key: 'c', size: 0, lastModified: 0 }],
    });
    expect(await faultOf({ damage: foreign }, { prefix: 'b/' })).toMatchObject({
      fault: 'out_of_range',
      position: undefined,
    });
  });

  it('where a token leads back to itself', async () => {
    const damage = onCall(2, (page) => ({ ...page, nextToken: `token:${Buffer.from('b/2').toString('hex')}` }));
    expect(await faultOf({ ...THREE, damage })).toMatchObject({ fault: 'no_progress', position: 'b/2' });
  });

  it('where empty pages lead round in a circle', async () => {
    let calls = 0;
    const store = {
      listObjects: async (): Promise<ObjectPage> => ({ objects: [], nextToken: ['a', 'b', 'c'][calls++ % 3] ?? '' }),
    };
    await expect(collect(new ObjectLister({ store }).pages({ bucket: 'bucket' }))).rejects.toMatchObject({
      fault: 'no_progress',
    });
    expect(calls).toBe(4);
  });

  it('where the store fails', async () => {
    const damage = (page: ObjectPage, call: number): ObjectPage => {
      if (call === 2) throw new Error('the store is gone');
      return page;
    };
    const pages = listerOf(KEYS, { ...THREE, damage }).lister.pages({ bucket: 'bucket' });
    await pages.next();
    await expect(pages.next()).rejects.toThrow('the store is gone');
  });
});

describe('a signal', () => {
  it('ends a listing between two pages', async () => {
    const abort = new AbortController();
    const { store, lister } = listerOf(KEYS);
    const pages = lister.pages({ bucket: 'bucket', signal: abort.signal });
    await pages.next();
    abort.abort(new Error('out of time'));
    await expect(pages.next()).rejects.toThrow('out of time');
    expect(store.requests).toHaveLength(1);
  });

  it('ends a listing that waits for a page, whatever becomes of the page', async () => {
    for (const settle of ['resolve', 'reject'] as const) {
      const abort = new AbortController();
      let finish = (): void => {};
      const listObjects = () =>
        new Promise<ObjectPage>((resolve, reject) => {
          finish = () => (settle === 'resolve' ? resolve({ objects: [] }) : reject(new Error('late')));
        });
      const pages = new ObjectLister({ store: { listObjects } }).pages({ bucket: 'bucket', signal: abort.signal });
      const page = pages.next();
      await Promise.resolve();
      abort.abort(new Error('out of time'));
      await expect(page).rejects.toThrow('out of time');
      finish();
    }
  });

  it('is not listened to once the page is there', async () => {
    const abort = new AbortController();
    let listening = 0;
    const { signal } = abort;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening -= 1;
      remove(...args);
    };
    await list({ signal });
    expect(listening).toBe(0);
  });
});
