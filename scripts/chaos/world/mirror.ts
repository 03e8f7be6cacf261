import { decodeObjectKey } from '../../local/oms/keys.ts';
import { Copier } from '../cloud/copier.ts';
import type { SimulatedObjectStore } from '../cloud/object-store.ts';
import type { SimulatedTask } from '../cloud/oms.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Random } from '../kernel/random.ts';
import type { Caller } from '../machine/network.ts';
import { destinationOf } from './operations.ts';
import { serves, type Upload } from './parts.ts';
import type { ReconcilePlan } from './reconciling.ts';
import type { Rule } from './rules.ts';
import type { Scenario } from './scenario.ts';

export interface MirrorOptions {
  readonly scenario: Scenario;
  readonly plan: ReconcilePlan;
  readonly kernel: Kernel;
  readonly random: Random;
  readonly store: SimulatedObjectStore;
  readonly tell: (text: string) => void;
  readonly violate: (rule: Rule, message: string, thing?: string) => void;
}

/** The part of a reconcile report that the books look at. */
interface Said {
  readonly route?: string;
  readonly outcome?: string;
  readonly converged?: boolean;
}

/** Submissions of an unchanged object, at the most. */
const MOST_SUBMISSIONS = 5;
const DAY = 86_400_000;
/** Milliseconds: times of stores are compared in whole seconds, and a request is on its way for a moment. */
const SLACK = 5_000;
const STATE = /^reconcile\/route-(\d+)\/(\w+)\.json$/;

/**
 * Source and destination buckets, and the books of what reconcile says about them: what differs, and since when, is
 * looked up in the buckets themselves.
 */
export class Mirror {
  /** Each route's report of the last run of reconcile. */
  said: readonly Said[] | undefined;
  readonly counts = { copies: 0, passes: 0, converged: 0 };
  readonly #options: MirrorOptions;
  readonly #copier: Copier;
  /** Moments since which an object is missing at the destination or has another size there, by `wish/key`. */
  readonly #wrong = new Map<string, number>();
  /** When a pass began, by its id. */
  readonly #passes = new Map<string, number>();
  /** When a page left out objects of a bucket. */
  readonly #dropped = new Map<string, number>();
  /** Runs of reconcile by which an object in its present state was submitted, by `task/key/etag`. */
  readonly #submissions = new Map<string, Set<number>>();
  /** Whether submissions are counted: only when nothing makes a run forget what it did. */
  counting = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
    const { kernel, random, store, plan, scenario } = options;
    this.#copier = new Copier({
      kernel,
      random,
      store,
      longest: plan.longestCopy,
      fateOf: (bucket, key) => plan.fates.get(`${bucket}/${key}`),
      onCopied: (task, key) => {
        this.counts.copies += 1;
        options.tell(`OMS has copied ${JSON.stringify(key)} to ${task.destination}`);
        this.#look(
          scenario.wishes.findIndex(({ tasks }) => tasks.includes(task.id)),
          key,
        );
      },
    });
  }

  /** An object is in its source bucket from now on. */
  uploaded({ bucket, key, marker, time }: Upload): void {
    const { store, plan, scenario } = this.#options;
    const name = `${bucket}/${key}`;
    store.place(bucket, key, {
      body: NOTHING,
      size: Number.parseInt(marker.slice(-5), 16) + 1,
      etag: plan.multipart.has(name) ? `${marker}-2` : marker,
      modified: time + (plan.ahead.has(name) ? DAY : 0),
    });
    for (const [index, wish] of scenario.wishes.entries()) if (serves(wish, bucket, key)) this.#look(index, key);
  }

  /** OMS has accepted a call. */
  accepted(task: SimulatedTask, texts: readonly string[], { machine, attempt }: Caller): void {
    const { store } = this.#options;
    for (const text of texts) {
      const key = decodeObjectKey(text, 'rfc3986') ?? '';
      this.#copier.submit(task, key);
      const source = store.objects(task.bucket).get(key);
      if (!this.counting || !source || !machine.startsWith('reconcile')) continue;
      const name = `${task.id}/${key}/${source.etag}`;
      const runs = this.#submissions.get(name) ?? new Set();
      this.#submissions.set(name, runs.add(attempt));
      if (runs.size === MOST_SUBMISSIONS + 1)
        this.#options.violate(
          'submitted for ever',
          `in ${runs.size} runs, though it is what it was`,
          `${task.bucket}/${key}`,
        );
    }
  }

  /** Somebody deletes some copies that lie beside one another. */
  damage(wish: number): void {
    const { random, store, tell } = this.#options;
    const destination = destinationOf(wish);
    const keys = [...store.objects(destination).keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    if (keys.length === 0) return;
    const from = random.int(0, keys.length - 1);
    for (const key of keys.slice(from, from + random.int(1, 4))) {
      tell(`somebody deletes ${JSON.stringify(key)} in ${destination}`);
      store.remove(destination, key);
      this.#look(wish, key);
    }
  }

  dropped(bucket: string): void {
    this.#dropped.set(bucket, this.#options.kernel.now());
  }

  /** A document was stored in the state bucket by a function. */
  stored(name: string, text: string): void {
    const [, route = '', document] = STATE.exec(name) ?? [];
    const [, id = ''] = /"id": ?"([^"]+)"/.exec(text) ?? [];
    if (document === 'checkpoint' && !this.#passes.has(id)) this.#passes.set(id, this.#options.kernel.now());
    if (document !== 'latest') return;
    this.counts.passes += 1;
    const began = this.#passes.get(id);
    const { converged } = JSON.parse(text) as Said;
    if (converged !== true) return;
    this.counts.converged += 1;
    if (began !== undefined) this.#checkConverged(Number(route), began);
  }

  /** Reconcile has run; what it returns says how far it came. */
  ended(result: unknown): void {
    this.said = (result as { routes?: readonly Said[] } | undefined)?.routes;
  }

  /** How many more times reconcile has to run at the most until everything is said that can be. */
  get passesLeft(): number {
    return this.#options.plan.fates.size + this.#options.plan.ahead.size > 0 ? MOST_SUBMISSIONS + 3 : 3;
  }

  /** Whether the last run has come to the end of every route. */
  get isComplete(): boolean {
    return this.said?.every(({ outcome }) => outcome === 'completed') ?? false;
  }

  get isConverged(): boolean {
    return this.said?.every(({ converged }) => converged === true) ?? false;
  }

  /** Looks at what there is after the last pass. */
  judge(): void {
    const { scenario, violate, plan, store } = this.#options;
    if (!this.isComplete)
      violate('not reconciled', `the last run did not come to its end: ${JSON.stringify(this.said)}`);
    for (const [index, wish] of scenario.wishes.entries()) {
      const objects = [...store.objects(wish.bucket).keys()].filter((key) => serves(wish, wish.bucket, key));
      const isCopied = (key: string): boolean =>
        !scenario.refused.has(`${wish.tasks.at(-1)}/${key}`) &&
        ['late', undefined].includes(plan.fates.get(`${wish.bucket}/${key}`)) &&
        // An object that was there before stays.
        !(plan.modes[index] === 'NO_OVERWRITE' && store.objects(destinationOf(index)).has(key));
      for (const key of objects)
        if (isCopied(key) && this.#wrong.has(`${index}/${key}`))
          violate('not reconciled', `it is not in ${destinationOf(index)}`, `${wish.bucket}/${key}`);
      const isCalm = objects.every((key) => isCopied(key) && !plan.ahead.has(`${wish.bucket}/${key}`));
      const said = this.said?.find(({ route }) => route === `route-${index}`);
      if (isCalm && objects.length > 0 && said?.converged !== true)
        violate('not reconciled', `everything is in ${destinationOf(index)}, and the last pass was not converged`);
    }
  }

  /** Takes down whether an object is right at the destination. */
  #look(wish: number, key: string): void {
    const { scenario, store, kernel } = this.#options;
    const source = store.objects(scenario.wishes[wish]?.bucket ?? '').get(key);
    const isWrong = source?.size !== store.objects(destinationOf(wish)).get(key)?.size;
    const name = `${wish}/${key}`;
    if (!isWrong) this.#wrong.delete(name);
    else if (!this.#wrong.has(name)) this.#wrong.set(name, kernel.now());
  }

  /** Whatever was wrong when the pass began, and is so yet, must have been found, unless its notification is awaited. */
  #checkConverged(route: number, began: number): void {
    const { scenario, store, plan, kernel, violate } = this.#options;
    const { bucket = '' } = scenario.wishes[route] ?? {};
    if ((this.#dropped.get(bucket) ?? 0) >= began) return;
    for (const [name, since] of this.#wrong) {
      const key = name.slice(name.indexOf('/') + 1);
      if (name !== `${route}/${key}` || since >= began) continue;
      const modified = store.objects(bucket).get(key)?.modified ?? Number.POSITIVE_INFINITY;
      const isSettled = modified < began - plan.grace - SLACK || modified > kernel.now() + plan.grace + SLACK;
      if (isSettled)
        violate('false convergence', `the pass says that everything is in ${destinationOf(route)}`, `${bucket}/${key}`);
    }
  }
}

const NOTHING = Buffer.alloc(0);
