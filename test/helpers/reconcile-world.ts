import { decodeKey } from '#shared/encoding/decode.ts';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { ObjectLister } from '#shared/listing/lister.ts';
import { Logger } from '#shared/logging/logger.ts';
import type { ListedObject, ListObjectsRequest, ObjectPage } from '#shared/objectstore/port.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { ReconcileState } from '#shared/reconcile/pass/state.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import { reconcile } from '#shared/reconcile/run.ts';
import type { ReconcileOptions, ReconcileResult, ReconcileRoute } from '#shared/reconcile/run-options.ts';
import { MemoryObjectStore, type MemoryObjectStoreOptions } from './memory-object-store.ts';
import { omsError } from './oms-error.ts';

export const START = Date.UTC(2026, 10, 21, 12);
/** When objects were uploaded, unless a test says otherwise. */
export const UPLOADED = START - 86_400_000;
export const PREFIX = 'reconcile/photos/';
export const STATE = 'state';
export const ROUTE: ReconcileRoute = {
  name: 'photos',
  source: { bucket: 'from' },
  destination: { bucket: 'to' },
  sync_task_id: 'task-1',
};

export type Reaction = 'accept' | 'refuse' | 'outage' | 'stopped' | 'gone';

/** Points at which a process can be killed, in the order in which it comes to them. */
class Process {
  /** Boundaries so far: before and after every call that leaves the process. */
  boundaries = 0;
  readonly killed: Promise<'killed'>;
  #dead = false;
  #die: () => void = () => {};
  readonly #killAt: number;

  /** @param killAt the boundary; never where it is left out */
  constructor(killAt = Number.POSITIVE_INFINITY) {
    this.#killAt = killAt;
    this.killed = new Promise((resolve) => {
      this.#die = () => resolve('killed');
    });
  }

  async call<T>(work: () => T | Promise<T>): Promise<T> {
    await this.#boundary();
    const result = await work();
    await this.#boundary();
    return result;
  }

  async #boundary(): Promise<void> {
    if (!this.#dead && ++this.boundaries === this.#killAt) {
      this.#dead = true;
      this.#die();
    }
    // Nothing that a dead process waits for ever comes.
    if (this.#dead) await new Promise(() => {});
  }
}

export interface WorldOptions {
  readonly pageKeys?: number;
  readonly state?: MemoryObjectStoreOptions;
  /** Copies what is accepted at once; otherwise when {@link World.copy} is called. */
  readonly copies?: boolean;
}

/** Two buckets, an OMS, a state bucket, and a clock that moves when somebody waits. */
export class World {
  readonly from = new Map<string, ListedObject>();
  readonly to = new Map<string, ListedObject>();
  readonly stateStore: MemoryObjectStore;
  readonly lines: Record<string, unknown>[] = [];
  /** Keys in the order in which OMS accepted them. */
  readonly accepted: string[] = [];
  readonly calls: (readonly string[])[] = [];
  readonly lists: { readonly bucket: string; readonly keys: readonly string[] }[] = [];
  readonly reactions = new Map<string, Reaction>();
  reaction: Reaction = 'accept';
  time = START;
  /** Milliseconds that a call of a store or of OMS takes. */
  callMs = 0;
  /** Throws, or changes, what a listing answers. */
  listing: (request: ListObjectsRequest, answer: () => ObjectPage) => ObjectPage = (_, answer) => answer();
  readonly #options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.stateStore = new MemoryObjectStore({ now: () => this.time, ...options.state });
  }

  /** Puts objects of one byte into the source, and into the destination those that are not missing. */
  fill(count: number, isMissing: (index: number) => boolean = () => false): string[] {
    const missing: string[] = [];
    for (let index = 0; index < count; index++) {
      const key = `k${String(index).padStart(6, '0')}`;
      this.put(key);
      if (isMissing(index)) missing.push(key);
      else this.to.set(key, { key, size: 1, lastModified: UPLOADED + 1000 });
    }
    return missing;
  }

  put(key: string, size = 1, lastModified = UPLOADED): void {
    this.from.set(key, { key, size, lastModified });
  }

  /** Copies everything that OMS has accepted. */
  copy(keys: Iterable<string> = this.accepted): void {
    for (const key of keys) {
      const object = this.from.get(key);
      if (object) this.to.set(key, { ...object, lastModified: this.time });
    }
  }

  options(overrides: Partial<ReconcileOptions> = {}, process = new Process()): ReconcileOptions {
    const clock = {
      now: () => this.time,
      sleep: async (ms: number) => {
        this.time += ms;
        await process.call(() => {});
      },
      random: () => 0,
    };
    const listObjects = (request: ListObjectsRequest) =>
      process.call(() => {
        this.time += this.callMs;
        const page = this.listing(request, () => this.#list(request));
        this.lists.push({ bucket: request.bucket, keys: page.objects.map(({ key }) => key) });
        return page;
      });
    const lister = new ObjectLister({
      store: { listObjects },
      ...(this.#options.pageKeys === undefined ? {} : { pageKeys: this.#options.pageKeys }),
      now: clock.now,
    });
    return {
      route: ROUTE,
      source: lister,
      destination: lister,
      send: ({ objectKeys }) => process.call(() => this.#send(objectKeys)),
      limiter: new RateLimiter({ perSecond: 10_000, ...clock }),
      taskState: async () => 'running',
      maxKeysPerCall: 10,
      concurrency: 4,
      callsPerSecond: 100,
      state: this.state(process),
      clock,
      remaining: () => Number.POSITIVE_INFINITY,
      workers: 4,
      grace: 60_000,
      dryRun: false,
      log: new Logger({ level: 'debug', write: (_level, line) => this.lines.push(JSON.parse(line)) }),
      ...overrides,
    };
  }

  state(process = new Process()): ReconcileState {
    const store = this.stateStore;
    return new ReconcileState({
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
  }

  run(overrides: Partial<ReconcileOptions> = {}): Promise<ReconcileResult> {
    return reconcile(this.options(overrides));
  }

  /** A run that is killed at a boundary, if it comes to it. */
  runUntil(killAt: number, overrides: Partial<ReconcileOptions> = {}): Promise<ReconcileResult | 'killed'> {
    const process = new Process(killAt);
    return Promise.race([reconcile(this.options(overrides, process)), process.killed]);
  }

  document(name: string): Record<string, unknown> | undefined {
    const text = this.stateStore.text(STATE, PREFIX + name);
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
  }

  get latest(): Report {
    return this.document('latest.json') as unknown as Report;
  }

  #list({ bucket, prefix = '', startAfter, continuationToken, maxKeys = 1000 }: ListObjectsRequest): ObjectPage {
    const after = continuationToken ?? startAfter;
    const objects = [...(bucket === 'from' ? this.from : this.to).values()]
      .filter(({ key }) => key.startsWith(prefix) && (after === undefined || compareUtf8(key, after) > 0))
      .sort((a, b) => compareUtf8(a.key, b.key));
    const page = objects.slice(0, maxKeys);
    const last = page.at(-1);
    return { objects: page, ...(last && page.length < objects.length ? { nextToken: last.key } : {}) };
  }

  #send(objectKeys: readonly string[]): { attempts: number } {
    this.time += this.callMs;
    const keys = objectKeys.map((key) => decodeKey('rfc3986', key));
    this.calls.push(keys);
    const reactions = new Set(keys.map((key) => this.reactions.get(key) ?? this.reaction));
    if (reactions.has('outage')) throw omsError(503, 'OMS.1001');
    if (reactions.has('stopped')) throw omsError(400, 'OMS.0066');
    if (reactions.has('gone')) throw omsError(404, 'OMS.0054');
    if (reactions.has('refuse')) throw omsError(400, 'OMS.0064');
    this.accepted.push(...keys);
    if (this.#options.copies === true) this.copy(keys);
    return { attempts: 1 };
  }
}
