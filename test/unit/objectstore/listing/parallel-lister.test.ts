import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LAST_CHARACTER } from '#shared/listing/characters.ts';
import { type ListedPage, ObjectLister } from '#shared/listing/lister.ts';
import { LiveRange } from '#shared/listing/live-range.ts';
import { listInParallel, RangeWork, type RangeWorkOptions } from '#shared/listing/parallel-lister.ts';
import { type KeyRange, splitRange } from '#shared/listing/ranges.ts';
import { ObjectStoreResponseError } from '#shared/objectstore/errors.ts';
import type { ListObjectsRequest, ObjectPage } from '#shared/objectstore/port.ts';
import { byBytes, ModelStore } from '../../../helpers/model-store.ts';
import { planRanges } from '../../../helpers/plan-ranges.ts';

const BUCKET = 'bucket';
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `flat-${String(index).padStart(6, '0')}`);

const ticks = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left--) await Promise.resolve();
};

/** Something that happens later, when a test says so. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('a range under way', () => {
  const store = new ModelStore(numbered(30));
  const lister = new ObjectLister({ store, pageKeys: 10 });
  const next = async (pages: AsyncGenerator<ListedPage, void>): Promise<ListedPage | undefined> =>
    (await pages.next()).value ?? undefined;

  it('ends where its end was moved to, also for a listing that began before', async () => {
    const range = new LiveRange({});
    const pages = range.pages(lister, { bucket: BUCKET });
    await next(pages);
    expect(range.reached).toBe('flat-000009');

    expect(range.narrow('flat-000014')).toBe(true);

    expect(await next(pages)).toMatchObject({ objects: { length: 5 }, last: true });
    expect(await next(pages)).toBeUndefined();
    expect(range.reached).toBe('flat-000014');
    expect(range.range).toEqual({ until: 'flat-000014' });
    expect(range.pageCount).toBe(2);
  });

  it('ends at once where all that was listed was up to its new end', async () => {
    const range = new LiveRange({});
    const pages = range.pages(lister, { bucket: BUCKET });
    await next(pages);
    expect(range.narrow('flat-000009')).toBe(true);
    expect(await next(pages)).toMatchObject({ objects: [], last: true });
  });

  it('ends with the page whose last key is its new end', async () => {
    const range = new LiveRange({});
    const pages = range.pages(lister, { bucket: BUCKET });
    await next(pages);
    expect(range.narrow('flat-000019')).toBe(true);
    expect(await next(pages)).toMatchObject({ objects: { length: 10 }, last: true });
  });

  it('does not end before what any of its listings has handed out', async () => {
    const range = new LiveRange({ after: 'flat-000001', until: 'flat-000025' });
    const [one, other] = [range.pages(lister, { bucket: BUCKET }), range.pages(lister, { bucket: BUCKET })];
    await next(one);
    await next(other);
    await next(other);
    expect(range.reached).toBe('flat-000021');
    for (const until of ['flat-000020', 'flat-000001', 'a', 'flat-000025', 'z'])
      expect(range.narrow(until)).toBe(false);
    expect(range.range).toEqual({ after: 'flat-000001', until: 'flat-000025' });
    expect(range.narrow('flat-000021')).toBe(true);
    expect(range.range).toEqual({ after: 'flat-000001', until: 'flat-000021' });
    // The slower listing comes as far as the faster one, and no further.
    expect((await next(one))?.objects.at(-1)?.key).toBe('flat-000021');
  });

  it('is not moved in the order of UTF-16', () => {
    const range = new LiveRange({ after: '～', until: '😀😀' });
    expect(range.narrow('😀')).toBe(true);
    expect(range.range).toEqual({ after: '～', until: '😀' });
  });

  it('does not end before what is done, though nothing here has listed it', () => {
    const range = new LiveRange({});
    range.done('m');
    expect(range.reached).toBe('m');
    expect(range.narrow('l')).toBe(false);
    range.done('k');
    expect(range.reached).toBe('m');
    expect(range.narrow('m')).toBe(true);
  });

  it('is listed on from what was done', async () => {
    const range = new LiveRange({ after: 'flat-000001' });
    expect(range.rest).toEqual({ after: 'flat-000001' });
    range.done('flat-000019');
    expect(range.rest).toEqual({ after: 'flat-000019' });
    expect(range.range).toEqual({ after: 'flat-000001' });
    expect((await next(range.pages(lister, { bucket: BUCKET })))?.objects[0]?.key).toBe('flat-000020');
  });
});

describe('work on ranges', () => {
  const three: KeyRange[] = [{ until: 'a' }, { after: 'a', until: 'b' }, { after: 'b' }];
  const work = (options: Partial<RangeWorkOptions>) =>
    new RangeWork({ ranges: three, workers: 2, work: async () => {}, ...options });

  it('is done by as many workers as there are, and ends when all is done', async () => {
    let [now, most] = [0, 0];
    const seen: KeyRange[] = [];
    const running = work({
      work: async ({ range }) => {
        most = Math.max(most, ++now);
        seen.push(range);
        await ticks(5);
        now -= 1;
      },
    });
    expect(running.remaining).toEqual(three);
    await running.run();
    expect({ most, seen, remaining: running.remaining }).toEqual({ most: 2, seen: three, remaining: [] });
  });

  it('on nothing ends at once', async () => {
    await work({ ranges: [] }).run();
  });

  it('knows what remains, in order, with what was done of ranges under way taken off', async () => {
    const { opened, open } = gate();
    const running = work({
      work: async (range) => {
        if (range.range.until === 'b') range.done('a5');
        await opened;
      },
    });
    const run = running.run();
    expect(running.remaining).toEqual([{ until: 'a' }, { after: 'a5', until: 'b' }, { after: 'b' }]);
    open();
    await run;
    expect(running.remaining).toEqual([]);
  });

  it('that fails begins no other range, tells those under way, and keeps what is not done', async () => {
    const begun: KeyRange[] = [];
    const told: unknown[] = [];
    const running = work({
      work: async ({ range }, signal) => {
        begun.push(range);
        if (range.until === 'a') {
          await ticks(3);
          throw new Error('broken');
        }
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        told.push(signal.reason);
      },
    });
    await expect(running.run()).rejects.toThrow('broken');
    expect(begun).toEqual(three.slice(0, 2));
    expect(told).toEqual([new Error('broken')]);
    // The one that was told came to its end all the same.
    expect(running.remaining).toEqual([three[0], three[2]]);
  });

  it('that is aborted ends with the reason, when what is under way has ended', async () => {
    const abort = new AbortController();
    let ended = 0;
    const running = work({
      signal: abort.signal,
      work: async (_range, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await ticks(4);
        ended += 1;
        signal.throwIfAborted();
      },
    });
    const run = running.run();
    abort.abort(new Error('out of time'));
    await expect(run).rejects.toThrow('out of time');
    expect(ended).toBe(2);
    expect(running.remaining).toEqual(three);
  });

  it('no longer listens to its signal when it has ended', async () => {
    const { signal } = new AbortController();
    await work({ signal }).run();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('that was aborted before does nothing', async () => {
    const begun: KeyRange[] = [];
    const running = work({
      signal: AbortSignal.abort(new Error('out of time')),
      work: async ({ range }) => {
        begun.push(range);
      },
    });
    await expect(running.run()).rejects.toThrow('out of time');
    expect({ begun, remaining: running.remaining }).toEqual({ begun: [], remaining: three });
  });

  it('that cannot be split ends for a worker without any, and waits for the others', async () => {
    const asked: (string | undefined)[] = [];
    const store = new ModelStore(numbered(50));
    const lister = new ObjectLister({ store, pageKeys: 10 });
    let objects = 0;
    await new RangeWork({
      ranges: [{}],
      workers: 4,
      split: async (_range, cursor) => {
        asked.push(cursor);
        return undefined;
      },
      work: async (range) => {
        for await (const page of range.pages(lister, { bucket: BUCKET })) {
          objects += page.objects.length;
          await ticks(5);
        }
      },
    }).run();
    expect(objects).toBe(50);
    // Once, and not before it has shown two pages.
    expect(asked).toEqual(['flat-000019']);
  });

  it('whose split fails, fails', async () => {
    const lister = new ObjectLister({ store: new ModelStore(numbered(50)), pageKeys: 10 });
    const running = new RangeWork({
      ranges: [{}],
      workers: 2,
      split: () => Promise.reject(new Error('no answer')),
      work: async (range, signal) => {
        for await (const _page of range.pages(lister, { bucket: BUCKET, signal })) await ticks(5);
      },
    });
    await expect(running.run()).rejects.toThrow('no answer');
    expect(running.remaining).toEqual([{}]);
  });

  it('drops a split that came too late for the range', async () => {
    const lister = new ObjectLister({ store: new ModelStore(numbered(40)), pageKeys: 10 });
    const { opened, open } = gate();
    const seen: string[] = [];
    await new RangeWork({
      ranges: [{}],
      workers: 2,
      split: async () => {
        await opened;
        return [{ until: 'flat-000025' }, { after: 'flat-000025' }];
      },
      work: async (range) => {
        for await (const page of range.pages(lister, { bucket: BUCKET }))
          seen.push(...page.objects.map(({ key }) => key));
        open();
      },
    }).run();
    expect(seen).toEqual(numbered(40));
  });

  it('takes from the range that has shown the most', async () => {
    const lister = new ObjectLister({ store: new ModelStore(numbered(100)), pageKeys: 5 });
    const asked: KeyRange[] = [];
    const { opened, open } = gate();
    const long = { after: 'flat-000029' };
    await new RangeWork({
      ranges: [{ until: 'flat-000019' }, long, { after: 'x' }],
      workers: 3,
      split: async (range) => {
        asked.push(range);
        open();
        return undefined;
      },
      pagesBeforeSplit: 1,
      work: async (range) => {
        if (range.range.after === 'x') return ticks(60);
        let pages = 0;
        // Both wait for the split, one behind its second page and one behind its fifth.
        for await (const _page of range.pages(lister, { bucket: BUCKET }))
          if (++pages === (range.range.after === undefined ? 2 : 5)) await opened;
      },
    }).run();
    expect(asked[0]).toEqual(long);
  });
});

describe('a parallel listing', () => {
  it('keeps all workers busy in a flat bucket, and asks for little more than its pages', async () => {
    const store = new ModelStore(numbered(40_000), {
      damage: async (page) => {
        await ticks(20);
        return page;
      },
    });
    const lister = new ObjectLister({ store, pageKeys: 200 });
    const perRange = new Map<LiveRange, number>();
    const seen: string[] = [];
    await listInParallel(
      { bucket: BUCKET },
      {
        lister,
        workers: 8,
        onPage: ({ objects }, range) => {
          perRange.set(range, (perRange.get(range) ?? 0) + objects.length);
          seen.push(...objects.map(({ key }) => key));
        },
      },
    );
    expect(seen.sort(byBytes)).toEqual(store.keys);
    expect(Math.max(...perRange.values())).toBeLessThan(40_000 / 4);
    expect(perRange.size).toBeGreaterThanOrEqual(8);
    const pages = store.requests.filter(({ maxKeys }) => maxKeys === 200).length;
    const probes = store.requests.length - pages;
    expect(pages).toBeLessThan(1.5 * 200);
    expect(probes).toBeLessThan(8 * perRange.size);
  });

  it('of a small bucket is a listing by one', async () => {
    const store = new ModelStore(numbered(1500));
    let objects = 0;
    await listInParallel(
      { bucket: BUCKET, prefix: 'flat-', until: 'flat-001400' },
      {
        lister: new ObjectLister({ store }),
        workers: 8,
        onPage: (page) => {
          objects += page.objects.length;
        },
      },
    );
    expect(objects).toBe(1401);
    expect(store.requests).toHaveLength(2);
  });

  it('stops with the error of a page, of its consumer, or with the reason of its signal', async () => {
    const damage = (page: { objects: readonly unknown[] }, call: number) => {
      if (call === 9) throw new Error('the store is gone');
      return page as never;
    };
    const run = (store: ModelStore, onPage: () => void, signal?: AbortSignal) =>
      listInParallel(
        { bucket: BUCKET, ...(signal ? { signal } : {}) },
        { lister: new ObjectLister({ store, pageKeys: 100 }), workers: 4, onPage },
      );
    await expect(run(new ModelStore(numbered(5000), { damage }), () => {})).rejects.toThrow('the store is gone');
    let pages = 0;
    const refuse = (): void => {
      if (++pages === 7) throw new Error('disk full');
    };
    await expect(run(new ModelStore(numbered(5000)), refuse)).rejects.toThrow('disk full');
    const abort = new AbortController();
    const stopped = run(new ModelStore(numbered(5000)), () => abort.abort(new Error('out of time')), abort.signal);
    await expect(stopped).rejects.toThrow('out of time');
  });

  it('asks nobody for a split in a bucket that lies about its order', async () => {
    const damage = (page: { objects: readonly unknown[] }) =>
      ({ ...page, objects: page.objects.toReversed() }) as never;
    const store = new ModelStore(numbered(5000), { damage });
    const listing = listInParallel(
      { bucket: BUCKET },
      { lister: new ObjectLister({ store, pageKeys: 100 }), workers: 4, onPage: () => {} },
    );
    await expect(listing).rejects.toMatchObject({ fault: 'out_of_order' });
  });
});

describe('a plan', () => {
  it('has as many ranges as workers where there are keys enough, for a few calls each', async () => {
    for (const workers of [1, 2, 3, 8, 16]) {
      const store = new ModelStore(numbered(20_000));
      const ranges = await planRanges(new ObjectLister({ store }), { bucket: BUCKET, workers });
      expect(ranges).toHaveLength(workers);
      expect(store.requests.length).toBeLessThanOrEqual(9 * workers);
    }
  });

  it('has fewer where there are not so many pages', async () => {
    const lister = new ObjectLister({ store: new ModelStore(numbered(2500)) });
    const ranges = await planRanges(lister, { bucket: BUCKET, workers: 8 });
    expect(ranges.length).toBeGreaterThan(1);
    expect(ranges.length).toBeLessThan(5);
    expect(await planRanges(lister, { bucket: BUCKET, workers: 8, prefix: 'none' })).toEqual([{}]);
  });

  it('fails where a listing cannot be trusted', async () => {
    const store = { listObjects: () => Promise.reject(new Error('the store is gone')) };
    await expect(planRanges(new ObjectLister({ store }), { bucket: BUCKET, workers: 2 })).rejects.toThrow('is gone');
  });
});

describe('a split', () => {
  const ask = (keys: readonly string[], range: KeyRange = {}, cursor?: string, prefix?: string, pageKeys = 2) => {
    const store = new ModelStore(keys);
    const lister = new ObjectLister({ store, pageKeys });
    return splitRange(lister, { bucket: BUCKET, ...(prefix === undefined ? {} : { prefix }) }, range, cursor).then(
      (parts) => ({ parts, calls: store.requests.length, store }),
    );
  };

  it('of a range with no more than a page is not worth it', async () => {
    expect(await ask(['a', 'b'])).toMatchObject({ parts: undefined, calls: 1 });
    expect(await ask(['a', 'b', 'c', 'd'], {}, 'b')).toMatchObject({ parts: undefined, calls: 1 });
    expect(await ask(['a', 'b', 'c', 'd'], { until: 'b' })).toMatchObject({ parts: undefined, calls: 1 });
    expect(await ask([])).toMatchObject({ parts: undefined, calls: 1 });
  });

  it('stays below the prefix, and asks only for what can be there', async () => {
    const keys = ['a', ...Array.from({ length: 20 }, (_, index) => `logs/${index + 10}`), 'z'];
    const { parts, store } = await ask(keys, {}, undefined, 'logs/');
    expect(parts?.[0].until).toMatch(/^logs\//);
    for (const { startAfter } of store.requests.slice(1)) expect(startAfter).toMatch(/^logs\//);
    for (const { prefix } of store.requests) expect(prefix).toBe('logs/');
  });

  it('works where an end lies beyond the prefix', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `logs/${index + 10}`);
    expect((await ask(keys, { until: 'm' }, undefined, 'logs/')).parts?.[0].until).toMatch(/^logs\/[12]\d?$/);
    expect((await ask(keys, { until: 'logs/2' }, undefined, 'logs/')).parts?.[0].until).toMatch(/^logs\/1/);
  });

  it('is found behind a beginning of a thousand bytes in common, in some 20 questions', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `${'x'.repeat(1000)}${index + 10}`);
    const { parts, calls } = await ask(keys);
    expect(parts?.[0].until).toMatch(/^x{1000}/);
    expect(calls).toBeLessThan(25);
  });

  it('looks behind what all keys have in common for any character', async () => {
    const keys = [...'uuvvwwxxyyzz'].map((letter, index) => `0${letter}${index}`);
    expect((await ask(keys)).parts?.[0].until).toMatch(/^0[v-z]$/);
  });

  it('learns from every key that it is told', async () => {
    const keys = [1, 2, 3, 4].flatMap((index) => [`a${'x'.repeat(1000)}${index}`, `b${'x'.repeat(1000)}${index}`]);
    const { parts, calls } = await ask(keys);
    expect(parts?.[0].until).toBe('b');
    expect(calls).toBeLessThan(10);
  });

  it('is found where every key begins with the one before', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => 'a'.repeat(index + 1));
    const { parts } = await ask(keys);
    expect(parts).toBeDefined();
  });

  it('is found between characters that XML and stores do not carry, by asking for none of them', async () => {
    for (const edge of ['\0', '\u0001', '\u007f', '\u0085', '\ud7ff', '\ue000', '\ufffe', '\uffff', '\u{10ffff}']) {
      const keys = ['k', `k${edge}`, `k${edge}${edge}`, `k${edge}1`, `k${edge}2`, `k${edge}3`];
      const { parts, store } = await ask(keys);
      expect(parts, JSON.stringify(edge)).toBeDefined();
      for (const { startAfter = '' } of store.requests)
        if (!keys.some((key) => startAfter.startsWith(key) && key.length > 1))
          expect(startAfter).not.toMatch(/[\0-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}|\u{10ffff}/u);
    }
  });

  it('does without the names that a store refuses to be asked for, and without no other answer', async () => {
    const refusal = (retryable: boolean) =>
      new ObjectStoreResponseError({
        operation: 'ListObjects',
        storeStatus: retryable ? 500 : 400,
        attempts: 1,
        retryable,
      });
    const split = (error: Error) => {
      const damage = (page: ObjectPage, _call: number, { startAfter = '' }: ListObjectsRequest): ObjectPage => {
        if (startAfter.includes(LAST_CHARACTER)) throw error;
        return page;
      };
      const keys = Array.from({ length: 20 }, (_, index) => `0/${index + 10}`);
      return splitRange(
        new ObjectLister({ store: new ModelStore(keys, { damage }), pageKeys: 2 }),
        { bucket: BUCKET },
        {},
      );
    };
    expect(await split(refusal(false))).toBeDefined();
    await expect(split(refusal(true))).rejects.toThrow(ObjectStoreResponseError);
    await expect(split(new Error('broken'))).rejects.toThrow('broken');
  });

  it('never asks for a name that is longer than a key can be', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => '汉'.repeat(341) + String.fromCharCode(0x61 + index));
    const { parts, store } = await ask(keys);
    expect(parts).toBeDefined();
    for (const { startAfter = '' } of store.requests) expect(Buffer.byteLength(startAfter)).toBeLessThanOrEqual(1024);
  });
});
