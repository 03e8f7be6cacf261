import { describe, expect, it } from 'vitest';
import { decodeKey } from '#shared/encoding/decode.ts';
import {
  type KeyFinder,
  type ListedPage,
  type Lister,
  type ListRequest,
  ObjectLister,
} from '#shared/listing/lister.ts';
import { Logger } from '#shared/logging/logger.ts';
import type { ListedObject, ListObjectsRequest, ObjectPage } from '#shared/objectstore/port.ts';
import { ReconcileState } from '#shared/reconcile/pass/state.ts';
import { readReport } from '#shared/reconcile/report/report.ts';
import { reconcile } from '#shared/reconcile/run.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';
import { MemoryObjectStore } from '../helpers/memory-object-store.ts';
import { Process } from '../helpers/reconcile-world.ts';
import { THOROUGH } from '../helpers/thorough.ts';

const OBJECTS = 100_000;
/** Half of the usual, so that 50 kills leave runs in which all workers are busy. */
const PAGE = 500;
const KILLS = 50;
const WORKERS = 4;
const TICK = 900_000;
const START = Date.UTC(2026, 10, 21, 12);
const STATE = 'state';
const PREFIX = 'reconcile/kills/';

/** Numbers from 0 to 1, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const keyOf = (index: number): string => `k${String(index).padStart(6, '0')}`;

/** A page that a range was listed by. */
interface Listed {
  readonly run: number;
  readonly bucket: string;
  readonly keys: readonly string[];
}

/**
 * The listers of a run, which write down what ranges were listed by. A range is listed on both sides at once; where
 * only the source is asked, somebody looks for a place to split a range, and that is no listing of it.
 */
class WatchedListers {
  readonly listed: Listed[] = [];
  /** Ranges that are being listed. */
  active = 0;
  /** Questions: pages and single keys of the source. */
  questions = 0;
  readonly #lister: ObjectLister;
  readonly #run: number;
  #latest: { isRange: boolean } | undefined;

  constructor(lister: ObjectLister, run: number) {
    this.#lister = lister;
    this.#run = run;
  }

  readonly source: Lister & KeyFinder = {
    firstKey: (request) => {
      this.questions += 1;
      return this.#lister.firstKey(request);
    },
    pages: (request) => {
      const listing = { isRange: false };
      this.#latest = listing;
      // Both sides of a range are asked in one turn.
      queueMicrotask(() => {
        this.#latest = undefined;
      });
      return this.#pages(request, listing);
    },
  };

  readonly destination: Lister = {
    pages: (request) => {
      if (this.#latest) this.#latest.isRange = true;
      return this.#counted(this.#pages(request, { isRange: true }));
    },
  };

  async *#pages(request: ListRequest, listing: { readonly isRange: boolean }): AsyncGenerator<ListedPage> {
    for await (const page of this.#lister.pages(request)) {
      const keys = page.objects.map(({ key }) => key);
      if (listing.isRange) this.listed.push({ run: this.#run, bucket: request.bucket, keys });
      else this.questions += 1;
      yield page;
    }
  }

  async *#counted(pages: AsyncIterable<ListedPage>): AsyncGenerator<ListedPage> {
    this.active += 1;
    try {
      yield* pages;
    } finally {
      this.active -= 1;
    }
  }
}

/** Two buckets of one key space, of which the destination lacks some, and whatever survives a killed process. */
class Remains {
  readonly runs: WatchedListers[] = [];
  readonly accepted: string[] = [];
  readonly stateStore: MemoryObjectStore;
  readonly #objects: readonly ListedObject[];
  readonly #missing: ReadonlySet<string>;
  readonly #copied = new Set<string>();
  time = START;

  constructor(missing: ReadonlySet<string>) {
    this.#missing = missing;
    this.#objects = Array.from({ length: OBJECTS }, (_, index) => ({
      key: keyOf(index),
      size: index,
      lastModified: START - 86_400_000,
    }));
    this.stateStore = new MemoryObjectStore({ now: () => this.time });
  }

  /** Copies everything that OMS has accepted. */
  copy(): void {
    for (const key of this.accepted) this.#copied.add(key);
  }

  /** A run that is killed when it has come to the boundary of that number, if it comes to it. */
  async reconcile(killAt?: number): Promise<ReconcileResult | 'killed'> {
    this.time += TICK;
    const process = new Process(killAt);
    const clock = {
      now: () => this.time,
      sleep: async (ms: number) => {
        this.time += ms;
        await process.call(() => {});
      },
      random: () => 0,
    };
    const listObjects = (request: ListObjectsRequest) => process.call(() => this.#list(request));
    const lister = new ObjectLister({ store: { listObjects }, now: clock.now, pageKeys: PAGE });
    const listers = new WatchedListers(lister, this.runs.length);
    this.runs.push(listers);
    const { stateStore: store } = this;
    const state = new ReconcileState({
      store: {
        getObject: (request) => process.call(() => store.getObject(request)),
        putObject: (request) => process.call(() => store.putObject(request)),
        deleteObject: (request) => process.call(() => store.deleteObject(request)),
        headObject: (request) => process.call(() => store.headObject(request)),
        listObjects: (request) => process.call(() => store.listObjects(request)),
      },
      bucket: STATE,
      prefix: PREFIX,
    });
    const result = reconcile({
      route: { name: 'kills', source: { bucket: 'from' }, destination: { bucket: 'to' }, sync_task_id: 'task' },
      source: listers.source,
      destination: listers.destination,
      send: ({ objectKeys }) =>
        process.call(() => {
          this.accepted.push(...objectKeys.map((key) => decodeKey('rfc3986', key)));
          return { attempts: 1 };
        }),
      maxKeysPerCall: 10,
      concurrency: 4,
      callsPerSecond: 100,
      state,
      clock,
      remaining: () => Number.POSITIVE_INFINITY,
      workers: WORKERS,
      grace: 60_000,
      dryRun: false,
      id: `run-${this.runs.length}`,
      log: new Logger({ level: 'error', write: () => {} }),
    });
    return await Promise.race([result, process.killed]);
  }

  get report() {
    return readReport(this.stateStore.text(STATE, `${PREFIX}latest.json`) ?? '');
  }

  #list({ bucket, startAfter, continuationToken, maxKeys = PAGE }: ListObjectsRequest): ObjectPage {
    const after = continuationToken ?? startAfter ?? '';
    const objects: ListedObject[] = [];
    let at = this.#behind(after);
    for (; at < OBJECTS && objects.length < maxKeys; at += 1) {
      const object = this.#objects[at];
      if (object && (bucket === 'from' || !this.#missing.has(object.key) || this.#copied.has(object.key)))
        objects.push(object);
    }
    const last = objects.at(-1);
    return { objects, ...(last && at < OBJECTS && { nextToken: last.key }) };
  }

  /** The first object behind a name. Names of this bucket are ASCII, so that no other order is needed. */
  #behind(name: string): number {
    let [low, high] = [0, OBJECTS];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#objects[middle]?.key ?? '') <= name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Boundaries that a run comes to at most before it is killed; the first 20 are what it takes to begin. */
const LONGEST = 140;

describe('a pass over 100,000 objects that is killed 50 times', () => {
  it.each(THOROUGH ? [3, 1, 2] : [3])(
    'completes, skips nothing, and lists no more than two pages of a range again: seed %i',
    async (seed) => {
      const random = randomFrom(seed);
      const missing = new Set(Array.from({ length: OBJECTS / 100 }, () => keyOf(Math.floor(random() * OBJECTS))));
      const remains = new Remains(missing);

      for (let kill = 0; kill < KILLS; kill++)
        expect(
          (await remains.reconcile(20 + Math.floor(random() ** 2 * (LONGEST - 20)))) === 'killed',
          `kill ${kill}`,
        ).toBe(true);
      await remains.reconcile();

      const { report } = remains;
      expect(report).toMatchObject({ pass: 1, runs: KILLS + 1, complete: true, accepted: missing.size, pending: 0 });
      expect(report?.source).toMatchObject({ objects: OBJECTS });
      expect(report?.verdicts.missing.objects).toBe(missing.size);
      expect(report?.verdicts.same.objects).toBe(OBJECTS - missing.size);
      expect([...missing].filter((key) => !remains.accepted.includes(key))).toEqual([]);
      expectFewPagesTwice(remains);

      remains.copy();
      await remains.reconcile();
      expect(remains.report).toMatchObject({ pass: 2, converged: true, submitted: 0 });
    },
  );
});

/** Expects few pages twice: two for each kill and each range that was being listed then. */
function expectFewPagesTwice({ runs }: Remains): void {
  const seen = new Set<string>();
  let [twice, allowed, busiest] = [0, 0, 0];
  for (const { listed, active } of runs) {
    twice += listed.filter(({ bucket, keys }) => keys.some((key) => seen.has(bucket + key))).length;
    expect(twice).toBeLessThanOrEqual(allowed);
    for (const { bucket, keys } of listed) for (const key of keys) seen.add(bucket + key);
    allowed += 2 * active;
    busiest = Math.max(busiest, active);
  }
  expect(busiest).toBe(WORKERS);
}
