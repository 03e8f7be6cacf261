import { decodeObjectKey } from '../../local/oms/keys.ts';
import type { Caller } from '../machine/network.ts';
import { type Letter, readLetter } from './letter.ts';
import { type Mention, markersIn } from './notifications.ts';
import { serves, type Upload, type Wish } from './parts.ts';
import type { Rule, Violation } from './rules.ts';
import type { Scenario } from './scenario.ts';

/** Milliseconds for which an instance may take it that a task is what it was. */
const TASK_CACHE = 6_000;

/** Codes of what OMS or the configuration refuses for good; docs/reference/failures.md. */
const TERMINAL = new Set([
  'OmsSync.KeyRefused',
  'OmsSync.SyncTaskNotFound',
  'OmsSync.NoRoute',
  'OmsSync.InvalidObjectKey',
  'OmsSync.InvalidRecord',
]);

/** Milliseconds by which one request may take longer to arrive than another. */
const WAYS = 150;
/** Milliseconds within which a call is repeated whose connection was reset, and a key by nothing else. */
const REPEATED = 1_000;

/** Attempts of one call: the largest OMS_MAX_ATTEMPTS of a scenario. */
const MOST_ATTEMPTS = 4;

/** An object, or a record that cannot be read: what must not be lost. */
export interface Thing {
  readonly id: string;
  /** Undefined for a record that is no object's. */
  readonly object: { readonly bucket: string; readonly key: string } | undefined;
  /** Places in `Scenario.wishes`. */
  readonly wishes: readonly number[];
  readonly uploads: Upload[];
  /** When OMS last accepted it, by wish. */
  readonly accepted: Map<number, number>;
  /** Who could still bring it to OMS: holder and, where it is for one wish only, that wish. */
  readonly holders: Map<string, ReadonlySet<number> | undefined>;
  /** Markers of uploads of which no notification arrives. */
  readonly unannounced: Set<string>;
}

/** Deeds of one invocation, seen from the outside. */
export interface AttemptLog {
  /** `wish/thing` */
  readonly accepted: Set<string>;
  /** `wish/thing` that it wrote into a document. */
  readonly kept: Set<string>;
  /** `wish/thing` that OMS refused in a way that no repetition cures, as far as its answer tells. */
  readonly refused: Set<string>;
  calls: number;
  /** Requests for pages of a bucket. */
  listings: number;
  /** Calls that its event can need at most; unknown for redrive. */
  mostCalls: number;
  /** When it was first heard of. */
  readonly started: number;
}

export interface LedgerOptions {
  readonly scenario: Scenario;
  readonly now: () => number;
  /** Adds to the history of things. */
  readonly tell: (things: readonly string[], text: string) => void;
  readonly prefixes: { readonly deadLetters: string; readonly parked: string; readonly failed: string };
}

/**
 * Keeps the books of a run from the outside: what was uploaded, what OMS accepted, and where everything else is. It
 * knows nothing of what the functions believe.
 */
export class Ledger {
  readonly things = new Map<string, Thing>();
  readonly violations: Violation[] = [];
  readonly counts = { deadLettered: 0, parked: 0, redriven: 0, undeliverable: 0, accepted: 0, fresh: 0 };
  readonly #byMarker = new Map<string, Thing>();
  readonly #held = new Map<string, readonly Thing[]>();
  readonly #attempts = new Map<number, AttemptLog>();
  readonly #documents = new Map<string, Letter>();
  /** When the last calls of an instance arrived. */
  readonly #arrivals = new Map<string, { readonly text: string; readonly at: number }[]>();
  /** When OMS last said that the task of a wish is missing, by `machine/wish`. */
  readonly #missing = new Map<string, number>();
  readonly #options: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#options = options;
    const { scenario } = options;
    for (const { mentions } of scenario.deliveries) for (const mention of mentions) this.#register(mention);
    const announced = new Set(
      scenario.deliveries.flatMap(({ times, mentions }) =>
        times.length > 0 ? mentions.map(({ marker }) => marker) : [],
      ),
    );
    for (const { marker } of scenario.uploads)
      if (!announced.has(marker)) this.#byMarker.get(marker)?.unannounced.add(marker);
  }

  /** The things that a text names. */
  named(text: string): Thing[] {
    return [...new Set(markersIn(text).flatMap((marker) => this.#byMarker.get(marker) ?? []))];
  }

  attempt(number: number): AttemptLog {
    let log = this.#attempts.get(number);
    if (!log) {
      log = {
        accepted: new Set(),
        kept: new Set(),
        refused: new Set(),
        calls: 0,
        listings: 0,
        mostCalls: Number.POSITIVE_INFINITY,
        started: this.#options.now(),
      };
      this.#attempts.set(number, log);
    }
    return log;
  }

  /**
   * An invocation begins.
   *
   * @param things of its event; undefined where it chooses them itself
   */
  begun(number: number, things: readonly Thing[] | undefined): void {
    const log = this.attempt(number);
    if (!things) return;
    const keys = things.reduce((sum, { wishes }) => sum + wishes.length, 0);
    // Enough calls to send each key with others and alone, to halve, and to ask for tasks, each with its retries.
    log.mostCalls = MOST_ATTEMPTS * (3 * keys + 10);
  }

  /** OMS received a request. */
  called({ attempt }: Caller): void {
    const log = this.attempt(attempt);
    log.calls += 1;
    if (log.calls === log.mostCalls + 1) this.violate('too many calls', `attempt ${attempt} made ${log.calls} calls`);
  }

  /**
   * OMS receives a call.
   *
   * @param text its body, by which the repetition of a call is told whose connection was reset
   */
  arrived(text: string, { machine, attempt }: Caller): void {
    const { scenario, now } = this.#options;
    const rate = scenario.callsPerSecond;
    if (rate === undefined) return;
    const last = this.#arrivals.get(machine) ?? [];
    this.#arrivals.set(machine, last);
    if (last.some((call) => call.text === text && now() - call.at < REPEATED)) return;
    last.push({ text, at: now() });
    // One second's worth at once and four more take so long, but for the ways through the network.
    const calls = rate + 5;
    if (last.length < calls) return;
    const took = now() - (last.shift()?.at ?? 0);
    if (took < ((calls - rate) / rate) * 1000 - WAYS)
      this.violate('too fast', `${machine} made ${calls} calls in ${took} ms in attempt ${attempt}`);
  }

  uploaded(upload: Upload): void {
    const thing = this.#byMarker.get(upload.marker);
    if (!thing) return;
    thing.uploads.push(upload);
    this.#options.tell([thing.id], `uploaded ${JSON.stringify(upload.key)} to ${upload.bucket}`);
    this.#check(thing);
  }

  /** Lets the holder bring these things to OMS from now on. A former hold of the same name ends. */
  hold(holder: string, things: readonly Thing[], scope?: ReadonlySet<number>): void {
    const before = this.#held.get(holder) ?? [];
    for (const thing of before) thing.holders.delete(holder);
    for (const thing of things) thing.holders.set(holder, scope);
    this.#held.set(holder, things);
    for (const thing of before) this.#check(thing);
  }

  release(holder: string): void {
    const things = this.#held.get(holder) ?? [];
    this.#held.delete(holder);
    for (const thing of things) thing.holders.delete(holder);
    for (const thing of things) this.#check(thing);
  }

  /**
   * OMS accepted a call. Both ways of decoding must name the same object.
   *
   * @returns how many objects it had not accepted before
   */
  accepted(task: string, texts: readonly string[], { attempt }: Caller): number {
    let fresh = 0;
    const { scenario, now, tell } = this.#options;
    const log = this.attempt(attempt);
    for (const text of texts) {
      const [form, plain] = [decodeObjectKey(text, 'form'), decodeObjectKey(text, 'rfc3986')];
      const wish = scenario.wishes.findIndex(({ tasks }) => tasks.includes(task));
      const served = scenario.wishes[wish];
      if (form === undefined || form !== plain) {
        this.violate('wrong key', `OMS got ${JSON.stringify(text)}, which is two names: ${form} and ${plain}`);
        continue;
      }
      const thing = this.things.get(objectId(served?.bucket ?? '', form));
      if (!thing || thing.uploads.length === 0) {
        const elsewhere = [...this.things.values()].find(({ object }) => object?.key === form);
        if (elsewhere)
          this.violate('wrong task', `task ${task} got an object of ${elsewhere.object?.bucket}`, elsewhere.id);
        else this.violate('wrong key', `task ${task} got ${JSON.stringify(form)}, which nobody uploaded`);
        continue;
      }
      if (!served || !serves(served, served.bucket, form)) {
        this.violate('wrong task', `task ${task} is for the prefix ${JSON.stringify(served?.prefix)}`, thing.id);
        continue;
      }
      this.counts.accepted += 1;
      if ((thing.accepted.get(wish) ?? 0) < (thing.uploads.at(-1)?.time ?? 0)) fresh += 1;
      thing.accepted.set(wish, now());
      log.accepted.add(`${wish}/${thing.id}`);
      tell([thing.id], `accepted by OMS for ${task} in attempt ${attempt}`);
    }
    this.counts.fresh += fresh;
    return fresh;
  }

  /** OMS refused a call in a way that may be meant for good: 400 or 404. */
  refused(
    task: string,
    texts: readonly string[],
    status: number,
    { machine, attempt }: Caller,
    genuine: boolean,
  ): void {
    const { scenario, tell, now } = this.#options;
    const log = this.attempt(attempt);
    const wish = scenario.wishes.findIndex(({ tasks }) => tasks.includes(task));
    if (status === 404) this.#missing.set(`${machine}/${wish}`, now());
    for (const text of texts) {
      const key = decodeObjectKey(text, 'rfc3986') ?? '';
      const thing = this.things.get(objectId(scenario.wishes[wish]?.bucket ?? '', key));
      if (thing) tell([thing.id], `refused by OMS with ${status} for ${task} in attempt ${attempt}`);
      // A key that is no cause is never explained by its neighbour's refusal.
      if (genuine && status === 400 && !scenario.refused.has(`${task}/${key}`)) continue;
      if (thing) log.refused.add(`${wish}/${thing.id}`);
    }
  }

  /**
   * A document was stored in the state bucket.
   *
   * @returns how many objects it names
   */
  stored(name: string, text: string, caller: Caller | undefined): number {
    const { prefixes, scenario, tell } = this.#options;
    const area = this.#area(name);
    if (area === undefined) return 0;
    const letter = readLetter(text, (task) => scenario.wishes.findIndex(({ tasks }) => tasks.includes(task)));
    const things = letter.keys
      ? letter.keys.flatMap(({ bucket, key }) => this.things.get(objectId(bucket, key)) ?? [])
      : this.named(letter.event);
    tell(
      things.map(({ id }) => id),
      `stored in ${name}${letter.code === undefined ? '' : ` (${letter.code})`}`,
    );
    this.#documents.set(name, letter);
    this.hold(`document ${name}`, things, letter.scope);
    if (name.startsWith(prefixes.parked)) this.counts.parked += 1;
    else if (name.startsWith(prefixes.deadLetters)) this.counts.deadLettered += 1;
    if (!caller) return things.length;
    const log = this.attempt(caller.attempt);
    for (const { id, wishes } of things)
      for (const wish of letter.scope ?? [-1, ...wishes]) log.kept.add(`${wish}/${id}`);
    if (area !== 'failed') for (const thing of things) this.#explain(thing, letter, caller, name);
    return things.length;
  }

  /** A document has gone from the state bucket. */
  deleted(name: string, text: string, caller: Caller | undefined): void {
    const letter = this.#documents.get(name);
    if (!letter || this.#area(name) === undefined) return;
    const { scenario, tell } = this.#options;
    this.#documents.delete(name);
    const things = this.#held.get(`document ${name}`) ?? [];
    tell(
      things.map(({ id }) => id),
      `${name} deleted`,
    );
    this.release(`document ${name}`);
    const markers = new Set(markersIn(text));
    for (const thing of things) {
      const elsewhere = [...thing.holders].filter(([holder]) => holder.startsWith('document '));
      const since = Math.max(0, ...thing.uploads.filter(({ marker }) => markers.has(marker)).map(({ time }) => time));
      for (const wish of thing.object ? (letter.scope ?? thing.wishes) : [-1]) {
        const accepted = thing.accepted.get(wish);
        if (accepted !== undefined && accepted >= since) this.counts.redriven += 1;
        else if (!elsewhere.some(([, scope]) => scope === undefined || scope.has(wish)))
          this.violate(
            'false deletion',
            `${name} was deleted by attempt ${caller?.attempt}; nothing has ${scenario.wishes[wish]?.tasks.at(-1) ?? 'it'} of it`,
            thing.id,
          );
      }
    }
  }

  /** An invocation ended well: it must have done with its own hands what it says. */
  succeeded(number: number, things: readonly Thing[]): void {
    const log = this.attempt(number);
    for (const thing of things)
      for (const wish of thing.object ? thing.wishes : [-1]) {
        const name = `${wish}/${thing.id}`;
        if (log.accepted.has(name) || log.kept.has(name)) continue;
        this.violate('false success', `attempt ${number} succeeded without it`, thing.id);
      }
  }

  violate(rule: Rule, message: string, thing?: string): void {
    this.#options.tell(thing === undefined ? [] : [thing], `VIOLATION ${rule}: ${message}`);
    this.violations.push({ rule, message, at: this.#options.now(), ...(thing === undefined ? {} : { thing }) });
  }

  /** Documents that name a thing for a wish. */
  documentsOf(thing: Thing, wish: number): { readonly name: string; readonly letter: Letter }[] {
    return [...thing.holders].flatMap(([holder, scope]) => {
      const name = holder.startsWith('document ') ? holder.slice('document '.length) : '';
      const letter = this.#documents.get(name);
      return letter && (scope === undefined || scope.has(wish)) ? [{ name, letter }] : [];
    });
  }

  #register(mention: Mention): void {
    if (this.#byMarker.has(mention.marker) || mention.eventName.startsWith('ObjectRemoved')) return;
    const { wishes } = this.#options.scenario;
    const isObject = mention.defect === undefined && mention.bucket !== '';
    const { bucket, key } = mention;
    const id = isObject ? objectId(bucket, key) : `record ${mention.marker}`;
    let thing = this.things.get(id);
    if (!thing) {
      thing = {
        id,
        object: isObject ? { bucket, key } : undefined,
        wishes: isObject ? wishes.flatMap((wish, index) => (serves(wish, bucket, key) ? [index] : [])) : [],
        uploads: [],
        accepted: new Map(),
        holders: new Map(),
        unannounced: new Set(),
      };
      this.things.set(id, thing);
    }
    this.#byMarker.set(mention.marker, thing);
  }

  #area(name: string): 'letters' | 'parked' | 'failed' | undefined {
    const { prefixes } = this.#options;
    if (name.startsWith(prefixes.deadLetters)) return 'letters';
    if (name.startsWith(prefixes.parked)) return 'parked';
    return name.startsWith(prefixes.failed) ? 'failed' : undefined;
  }

  #explain(thing: Thing, letter: Letter, { machine, attempt }: Caller, name: string): void {
    if (!thing.object) return;
    const { deployments } = this.#options.scenario;
    const log = this.attempt(attempt);
    const { bucket, key } = thing.object;
    const isRouted = deployments.every(({ variables, redriveVariables }) => {
      const served = routesOf(redriveVariables ?? variables, bucket);
      return routesOf(variables, bucket).length > 0 && served.some((prefix) => key.startsWith(prefix));
    });
    if (!isRouted || (letter.kind === 'records' && this.#options.scenario.misread.has(thing.id))) return;
    // Redrive writes down the rest of an event that was accepted in part, whatever its cause.
    if (machine.startsWith('redrive') && !TERMINAL.has(letter.code ?? '')) return;
    for (const wish of letter.scope ?? thing.wishes) {
      const missing = this.#missing.get(`${machine}/${wish}`) ?? Number.NEGATIVE_INFINITY;
      if (missing < log.started - TASK_CACHE && !log.refused.has(`${wish}/${thing.id}`))
        this.violate('condemned', `${name} names it with ${letter.code}`, thing.id);
    }
  }

  #check(thing: Thing): void {
    for (const wish of thing.object ? thing.wishes : [-1]) {
      if ([...thing.holders.values()].some((scope) => scope === undefined || scope.has(wish))) continue;
      if (!thing.object) {
        this.violate('lost', 'the record is in no document and not in the queue', thing.id);
        continue;
      }
      const accepted = thing.accepted.get(wish) ?? Number.NEGATIVE_INFINITY;
      for (const { marker, time } of thing.uploads)
        if (!thing.unannounced.has(marker) && accepted < time)
          this.violate(
            'lost',
            `not accepted for ${this.#options.scenario.wishes[wish]?.tasks.at(-1)} and held by nobody`,
            thing.id,
          );
    }
  }
}

/** The prefixes of the routes of a bucket. */
function routesOf(variables: Readonly<Record<string, string>>, bucket: string): string[] {
  const routes = JSON.parse(variables['ROUTES'] ?? '[]') as readonly { readonly source: Partial<Wish> }[];
  return routes.flatMap(({ source }) => (source.bucket === bucket ? [source.prefix ?? ''] : []));
}

function objectId(bucket: string, key: string): string {
  return `${bucket}/${key}`;
}
