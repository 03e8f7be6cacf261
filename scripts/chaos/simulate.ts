import { FailureDestination } from './cloud/failure-destination.ts';
import { PROJECT_ID, SimulatedFunctions } from './cloud/functions.ts';
import { SimulatedObjectStore } from './cloud/object-store.ts';
import { SimulatedOms, type SimulatedTask } from './cloud/oms.ts';
import { EndlessRunError, Kernel } from './kernel/kernel.ts';
import { Random } from './kernel/random.ts';
import type { Fate } from './machine/machine.ts';
import type { Network } from './machine/network.ts';
import { compile, type Program, type Subject } from './machine/subject.ts';
import { heal, type Outcome } from './world/aftermath.ts';
import type { FaultWindow } from './world/faults.ts';
import type { Plant } from './world/hostile.ts';
import { Ledger } from './world/ledger.ts';
import { Mirror } from './world/mirror.ts';
import { eventOf } from './world/notifications.ts';
import { destinationOf } from './world/operations.ts';
import type { Deployment } from './world/parts.ts';
import type { Violation } from './world/rules.ts';
import { drawScenario, type Scenario } from './world/scenario.ts';

const STATE_BUCKET = 'oms-sync-state';
const REGION = 'cn-north-4';
const OMS_HOST = `oms.${REGION}.myhuaweicloud.com`;
const OBS_HOST = `obs.${REGION}.myhuaweicloud.com`;
const PREFIXES = { deadLetters: 'dead-letters/', parked: 'parked/', failed: 'failed-invocations/' } as const;
const FUNCTION = 'on-object-created';
const REDRIVE = 'redrive';
const RECONCILE = 'reconcile';
/** Requests of one invocation for pages; more than those for three times a thousand pages without an entry, twice. */
const MOST_LISTINGS = 6_500;

/** The programs of a subject, compiled once for many runs. */
export interface Programs {
  readonly onObjectCreated: Program;
  readonly redrive: Program | undefined;
  readonly reconcile: Program | undefined;
}

export function compileSubject({ onObjectCreated, redrive, reconcile }: Subject): Programs {
  return {
    onObjectCreated: compile(onObjectCreated, 'on-object-created.js'),
    redrive: redrive === undefined ? undefined : compile(redrive, 'redrive.js'),
    reconcile: reconcile === undefined ? undefined : compile(reconcile, 'reconcile.js'),
  };
}

/** A line of a run's history. */
interface Line {
  readonly at: number;
  readonly text: string;
  /** Things concerned; empty where there are none in particular. */
  readonly things: readonly string[];
}

export interface RunOptions {
  /** Keeps the history. */
  readonly trace?: boolean;
  /** Kills at this point of the run and nowhere else, counted from 1. */
  readonly killAt?: number;
  /** Told when something of interest happens, for figures over time. */
  readonly observe?: (what: Observed, at: number, count: number) => void;
}

export type Observed = 'uploaded' | 'accepted' | 'redriven' | 'given up' | 'dead-lettered' | 'documents deleted';

export interface RunResult {
  readonly seed: number;
  /** Hash of everything that happened, in its order. */
  readonly hash: string;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  /** Points at which the run could have been killed. */
  readonly points: number;
  readonly lines: readonly Line[];
}

/** One run of a seed, from the first upload until everything is healed. */
export function simulate(seed: number, programs: Programs, options: RunOptions = {}): Promise<RunResult> {
  return simulateScenario(drawScenario(seed), programs, options);
}

/** One run of what is to happen. */
export function simulateScenario(scenario: Scenario, programs: Programs, options: RunOptions = {}): Promise<RunResult> {
  return new Run(scenario, programs, options).finish();
}

class Run {
  readonly #scenario: Scenario;
  readonly #programs: Programs;
  readonly #options: RunOptions;
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #oms: SimulatedOms;
  readonly #store: SimulatedObjectStore;
  readonly #functions: SimulatedFunctions;
  readonly #destination: FailureDestination;
  /** Where reconcile runs. */
  readonly #mirror: Mirror | undefined;
  readonly #lines: Line[] = [];
  readonly #kills: Random;
  #points = 0;
  /** Outcome of the last execution of a function. */
  readonly #outcomes = new Map<string, Outcome>();
  #keys = ['AKIDCHAOS0000'];
  /** Present faults of list pages and of answers of OMS. */
  #listings: FaultWindow['listings'];
  #wrongSuccess: FaultWindow['wrongSuccess'];
  /** Milliseconds by which the functions' clocks are off. */
  #clockOffset = 0;
  #healing = false;
  #invocations = 0;

  constructor(scenario: Scenario, programs: Programs, options: RunOptions) {
    this.#scenario = scenario;
    this.#programs = programs;
    this.#options = options;
    const kernel = new Kernel(scenario.start);
    const root = new Random(scenario.seed);
    this.#kernel = kernel;
    this.#random = root.stream('run');
    this.#kills = root.stream('kills');
    const knows = (accessKey: string): boolean => this.#keys.slice(-2).includes(accessKey);
    this.#ledger = new Ledger({
      scenario,
      now: kernel.now,
      prefixes: PREFIXES,
      tell: (things, text) => this.#tell(text, things),
    });
    const ledger = this.#ledger;
    const tasks = tasksOf(scenario);
    const lies = root.stream('lies');
    this.#oms = new SimulatedOms({
      projectId: PROJECT_ID,
      tasks: [...tasks.values()],
      decoding: scenario.decoding,
      refuses: (task, key) => scenario.refused.has(`${task}/${key}`),
      now: kernel.now,
      knows,
      lie: () =>
        this.#wrongSuccess && lies.chance(this.#wrongSuccess.probability) ? this.#wrongSuccess.answer : undefined,
      onAccepted: (task, texts, caller) => {
        const of = tasks.get(task);
        if (of) this.#mirror?.accepted(of, texts, caller);
        const fresh = ledger.accepted(task, texts, caller);
        this.#observe(caller.machine.startsWith(REDRIVE) ? 'redriven' : 'accepted', fresh);
      },
      onArrival: (text, caller) => ledger.arrived(text, caller),
      onCall: (text, caller) => {
        ledger.called(caller);
        this.#tell(text, []);
      },
      onRefused: (task, texts, status, caller, genuine) => ledger.refused(task, texts, status, caller, genuine),
    });
    this.#store = new SimulatedObjectStore({
      host: OBS_HOST,
      buckets: [STATE_BUCKET, ...(this.#reconciles ? bucketsOf(scenario) : [])],
      ...scenario.store,
      now: kernel.now,
      knows,
      lie: (bucket) => {
        const { of, lie, probability } = this.#listings ?? { of: '', lie: undefined, probability: 0 };
        return bucket.startsWith(of) && lies.chance(probability) ? lie : undefined;
      },
      onListing: ({ attempt }) => {
        const log = ledger.attempt(attempt);
        log.listings += 1;
        if (log.listings === MOST_LISTINGS)
          ledger.violate('does not end', `attempt ${attempt} has asked for ${log.listings} pages`);
      },
      onDropped: (bucket) => this.#mirror?.dropped(bucket),
      onPut: (_bucket, key, text, caller) => {
        if (tellsSecret(text)) ledger.violate('secret told', `${key} holds a secret`);
        if (caller) this.#mirror?.stored(key, text);
        const things = ledger.stored(key, text, caller);
        if (key.startsWith(PREFIXES.deadLetters)) this.#observe('dead-lettered', things);
        if (key.startsWith(PREFIXES.failed)) this.#observe('given up', things);
      },
      onDelete: (_bucket, key, text, caller) => {
        ledger.deleted(key, text, caller);
        this.#observe('documents deleted', 1);
      },
    });
    const latency = root.stream('latency');
    const network: Network = (host) =>
      host === OMS_HOST ? this.#oms : host === OBS_HOST || host.endsWith(`.${OBS_HOST}`) ? this.#store : undefined;
    this.#functions = new SimulatedFunctions({
      kernel,
      random: root.stream('platform'),
      plan: scenario.platform,
      network,
      latency: () => latency.int(1, 40),
      clock: () => kernel.now() + this.#clockOffset,
      credentials: () => {
        const accessKey = this.#keys.at(-1) ?? '';
        return { accessKey, secretKey: `SKCHAOS${accessKey}`, securityToken: `TOKENCHAOS${accessKey}` };
      },
      fate: (label) => this.#fate(label),
      onExecution: ({ attempt, event, machine }) => {
        ledger.begun(attempt, event.functionName === FUNCTION ? ledger.named(event.text) : undefined);
        this.#tell(
          `attempt ${attempt} of ${event.id}: ${event.functionName} on ${machine.name}`,
          this.#thingsOf(event.text),
        );
      },
      onSuccess: (execution, result) => {
        const { attempt, event, machine } = execution;
        this.#tell(`attempt ${attempt} succeeded: ${JSON.stringify(result)}`, this.#thingsOf(event.text));
        if (machine.pending > 0)
          ledger.violate(
            'work left behind',
            `attempt ${attempt} of ${event.functionName}: ${machine.pending} requests`,
          );
        if (event.functionName === FUNCTION) {
          ledger.succeeded(attempt, ledger.named(event.text));
          this.#checkSummary(attempt, result);
        }
        this.#outcomes.set(event.functionName, { result });
        if (event.functionName === RECONCILE) this.#mirror?.ended(result);
        ledger.release(`queue ${event.id}`);
      },
      onFailure: ({ attempt, event }, outcome) => {
        this.#tell(`attempt ${attempt} failed: ${outcome}`, this.#thingsOf(event.text));
        this.#outcomes.set(event.functionName, { failure: outcome });
      },
      onGivenUp: (event, condition, payload) => this.#destination.take(event, condition, payload),
      onCrash: (error) => ledger.violate('crash', String(error)),
      log: (line) => {
        if (tellsSecret(line)) ledger.violate('secret told', line);
        if (!ONE_LINE.test(line)) ledger.violate('broken line', JSON.stringify(line));
        // Not in the hash: how much is logged is no part of what happens.
        if (this.#options.trace) this.#lines.push({ at: kernel.now(), text: line, things: [] });
      },
    });
    this.#destination = new FailureDestination({
      kernel,
      functions: [FUNCTION, RECONCILE, ...(scenario.platform.redriveDestination ? [REDRIVE] : [])],
      region: REGION,
      prefix: PREFIXES.failed,
      write: (name, body) => void this.#store.put(STATE_BUCKET, name, body),
      onGone: (event) => {
        // Only reconciliation finds what is lost here; it is counted, and never hides another loss.
        const things = ledger.named(event.text);
        ledger.counts.undeliverable += things.length;
        this.#tell(
          `the failure destination could not be written: ${event.id} is gone`,
          things.map(({ id }) => id),
        );
        ledger.hold(`undeliverable ${event.id}`, things);
      },
      onEnd: ({ id }) => ledger.release(`queue ${id}`),
    });
    const plan = this.#reconciles ? scenario.reconciling : undefined;
    this.#mirror =
      plan &&
      new Mirror({
        scenario,
        plan,
        kernel,
        random: root.stream('mirror'),
        store: this.#store,
        tell: (text) => this.#tell(text, []),
        violate: (rule, message, thing) => ledger.violate(rule, message, thing),
      });
  }

  get #reconciles(): boolean {
    return this.#programs.reconcile !== undefined && this.#scenario.reconciling !== undefined;
  }

  async finish(): Promise<RunResult> {
    this.#schedule();
    const { start, healed } = this.#scenario;
    try {
      await this.#until(healed);
      this.#endFaults();
      await this.#quiet();
      await heal({
        kernel: this.#kernel,
        ledger: this.#ledger,
        scenario: this.#scenario,
        mirror: this.#mirror,
        names: () => this.#documents(),
        redrive: this.#programs.redrive && ((by) => this.#run(REDRIVE, by === 'hand' ? '{}' : undefined)),
        leftovers: () => {
          const there = this.#store.objects(STATE_BUCKET);
          const worked = [PREFIXES.deadLetters, PREFIXES.failed];
          return this.#scenario.plants.flatMap(({ name, stays }) =>
            !stays && there.has(name) && worked.some((prefix) => name.startsWith(prefix)) ? [name] : [],
          );
        },
        mayFail: () =>
          this.#documents()
            .split('\n')
            .some((name) => this.#store.unreadable.has(`${STATE_BUCKET}/${name}`)),
        reconcile: () => this.#run(RECONCILE),
      });
    } catch (error) {
      if (!(error instanceof EndlessRunError)) throw error;
      this.#ledger.violate('does not end', error.message);
    }
    const { counts } = this.#functions;
    return {
      seed: this.#scenario.seed,
      hash: this.#kernel.hash,
      violations: this.#ledger.violations,
      points: this.#points,
      lines: this.#lines,
      counts: {
        objects: this.#scenario.uploads.length,
        notifications: this.#scenario.deliveries.length,
        'notifications lost': this.#scenario.lostNotifications,
        'notifications repeated': this.#scenario.deliveries.filter(({ times }) => times.length > 1).length,
        invocations: this.#invocations,
        plants: this.#scenario.plants.length,
        'clock steps': this.#scenario.clockSteps.length,
        ...counts,
        'OMS calls': this.#oms.calls,
        'store requests': this.#store.requests,
        ...this.#mirror?.counts,
        ...this.#ledger.counts,
        ...prefixed('OMS ', Object.fromEntries(this.#oms.injected)),
        ...prefixed('store ', Object.fromEntries(this.#store.injected)),
        steps: this.#kernel.steps,
        'virtual hours': (this.#kernel.now() - start) / 3_600_000,
      },
    };
  }

  #tell(text: string, things: readonly string[]): void {
    this.#kernel.note(text);
    if (this.#options.trace) this.#lines.push({ at: this.#kernel.now(), text, things });
  }

  #observe(what: Observed, count: number): void {
    if (count > 0) this.#options.observe?.(what, this.#kernel.now(), count);
  }

  #thingsOf(text: string): string[] {
    return this.#options.trace ? this.#ledger.named(text).map(({ id }) => id) : [];
  }

  #fate(label: string): Fate {
    this.#points += 1;
    const { killAt } = this.#options;
    if (killAt !== undefined) {
      if (this.#points !== killAt) return 'lives';
    } else if (this.#healing || !this.#kills.chance(this.#scenario.platform.killProbability)) return 'lives';
    const fate = killAt === undefined && this.#kills.chance(0.1) ? 'hangs' : 'is killed';
    this.#tell(`${fate} ${label}`, []);
    return fate;
  }

  /** Puts everything into the queue that happens whatever the functions do. */
  #schedule(): void {
    const { start, uploads, deliveries, deployments, taskChanges, windows, rotations } = this.#scenario;
    const { redriveTimers, redriveByHand, plants, clockSteps, reconciling } = this.#scenario;
    const at = (time: number, label: string, run: () => void): void =>
      void this.#kernel.schedule(time - start, label, run);
    for (const [index, deployment] of deployments.entries()) {
      const deploy = (): void => this.#deploy(deployment);
      if (index === 0) deploy();
      else at(deployment.at, 'deployment', deploy);
    }
    const encoding = this.#random.stream('encoding');
    for (const [index, delivery] of deliveries.entries()) {
      const { times, shape, mentions, encoding: written } = delivery;
      const event =
        shape === 'foreign'
          ? { hello: mentions[0]?.marker, detail: [1, null, '\n'] }
          : eventOf(shape, mentions, written, encoding);
      const text = JSON.stringify(event);
      const things = this.#ledger.named(text);
      let left = times.length;
      if (left > 0) this.#ledger.hold(`notification ${index}`, things);
      for (const time of times)
        at(time, `notification ${index} arrives`, () => {
          this.#invoke(FUNCTION, text);
          left -= 1;
          if (left === 0) this.#ledger.release(`notification ${index}`);
        });
    }
    for (const upload of uploads)
      at(upload.time, 'upload', () => {
        this.#mirror?.uploaded(upload);
        this.#ledger.uploaded(upload);
        this.#observe('uploaded', 1);
      });
    for (const { at: time, task, state } of taskChanges)
      at(time, `task is ${state}`, () => this.#oms.setState(task, state));
    for (const rotation of rotations)
      at(rotation, 'credentials are replaced', () => this.#keys.push(`AKIDCHAOS${this.#keys.length}`));
    for (const window of windows) {
      at(window.from, `window of faults begins: ${JSON.stringify(window)}`, () => {
        this.#tell(`faults begin: ${JSON.stringify(window)}`, []);
        this.#setFaults(window, true);
      });
      at(window.to, 'window of faults ends', () => {
        this.#tell('faults end', []);
        this.#setFaults(window, false);
      });
    }
    for (const plant of plants) at(plant.at, `somebody writes ${plant.name}`, () => this.#plant(plant));
    for (const { at: time, offset } of clockSteps)
      at(time, `clocks of functions are off by ${offset} ms`, () => {
        this.#clockOffset = offset;
      });
    if (this.#mirror && reconciling) {
      for (const { at: time, wish } of reconciling.damages)
        at(time, `a copy for wish ${wish} is deleted`, () => this.#mirror?.damage(wish));
      for (const [index, time] of reconciling.timers.entries())
        at(time, `timer of reconcile ${index}`, () => this.#invoke(RECONCILE, timerEvent(this.#kernel.now())));
    }
    if (this.#programs.redrive)
      for (const [index, time] of redriveTimers.entries())
        at(time, `timer ${index}`, () => this.#invoke(REDRIVE, timerEvent(this.#kernel.now())));
    if (this.#programs.redrive)
      for (const [index, time] of redriveByHand.entries())
        at(time, `by hand ${index}`, () => this.#invoke(REDRIVE, '{}'));
  }

  #deploy({ variables, redriveVariables = {} }: Deployment): void {
    const { platform } = this.#scenario;
    const all = { ...variables, OMS_REGION: REGION, STATE_BUCKET };
    const ofRedrive = { ...all, ...redriveVariables };
    this.#tell(`deployed: ${JSON.stringify(variables)}; for redrive: ${JSON.stringify(redriveVariables)}`, []);
    const plan = { name: FUNCTION, timeout: platform.timeout, instances: platform.instances };
    this.#functions.deploy(plan, this.#programs.onObjectCreated, all);
    if (this.#programs.redrive)
      this.#functions.deploy(
        { name: REDRIVE, timeout: platform.redriveTimeout, instances: 2 },
        this.#programs.redrive,
        ofRedrive,
      );
    const { reconciling } = this.#scenario;
    if (this.#programs.reconcile && reconciling)
      this.#functions.deploy(
        { name: RECONCILE, timeout: reconciling.timeout, instances: 2 },
        this.#programs.reconcile,
        all,
      );
  }

  #setFaults(
    { oms, obs, omsReach, obsReach, destinationDown, listings, wrongSuccess }: FaultWindow,
    on: boolean,
  ): void {
    if (oms) this.#oms.setFaults(on ? oms : undefined);
    if (obs) this.#store.setFaults(on ? obs : undefined);
    if (omsReach) this.#oms.reach = on ? omsReach : 'yes';
    if (obsReach) this.#store.reach = on ? obsReach : 'yes';
    if (destinationDown) this.#destination.isDown = on;
    if (listings) this.#listings = on ? listings : undefined;
    if (wrongSuccess) this.#wrongSuccess = on ? wrongSuccess : undefined;
  }

  #plant({ name, body, status }: Plant): void {
    this.#tell(`somebody writes ${name}`, []);
    const content = body();
    // The books know nothing of it: it names nothing that was uploaded.
    this.#store.place(STATE_BUCKET, name, {
      body: content,
      size: content.length,
      etag: 'planted',
      modified: this.#kernel.now(),
    });
    if (status !== undefined) this.#store.unreadable.set(`${STATE_BUCKET}/${name}`, status);
  }

  #invoke(name: string, text: string): void {
    this.#invocations += 1;
    const event = this.#functions.push(name, text);
    this.#ledger.hold(`queue ${event.id}`, this.#ledger.named(text));
  }

  #checkSummary(attempt: number, result: unknown): void {
    const { accepted } = (result ?? {}) as { accepted?: unknown };
    const { size } = this.#ledger.attempt(attempt).accepted;
    if (typeof accepted === 'number' && accepted > size)
      this.#ledger.violate(
        'false count',
        `attempt ${attempt} says that ${accepted} keys were accepted; OMS accepted ${size}`,
      );
  }

  async #until(time: number): Promise<void> {
    // Short pieces let a violation end the run soon.
    while (this.#kernel.now() < time && this.#ledger.violations.length === 0)
      await this.#kernel.run(Math.min(time, this.#kernel.now() + 60_000));
  }

  #endFaults(): void {
    this.#healing = true;
    this.#clockOffset = 0;
    this.#tell('every fault is over', []);
    const { wishes } = this.#scenario;
    for (const { tasks } of wishes) if (tasks.length === 1) this.#oms.setState(tasks[0] ?? '', 'SYNCHRONIZING');
    // Planted documents below reconcile/ can be read again; a run without a memory proves nothing.
    for (const name of this.#store.unreadable.keys())
      if (name.startsWith(`${STATE_BUCKET}/reconcile/`)) this.#store.unreadable.delete(name);
  }

  /** Names of what redrive works at. */
  #documents(): string {
    const all = [...this.#store.objects(STATE_BUCKET).keys()];
    return all.filter((name) => Object.values(PREFIXES).some((prefix) => name.startsWith(prefix))).join('\n');
  }

  /** One invocation with all its retries. */
  async #run(name: string, text = timerEvent(this.#kernel.now())): Promise<Outcome | undefined> {
    this.#outcomes.delete(name);
    this.#invoke(name, text);
    await this.#quiet();
    return this.#outcomes.get(name);
  }

  /** Runs until the platform has nothing to do. */
  async #quiet(): Promise<void> {
    const end = this.#kernel.now() + 2 * DAY;
    while (!this.#functions.idle && this.#kernel.now() < end && this.#ledger.violations.length === 0)
      await this.#kernel.run(this.#kernel.now() + 10_000);
    if (!this.#functions.idle) this.#ledger.violate('does not end', 'invocations are still waiting after two days');
  }
}

const DAY = 86_400_000;

function tasksOf({ wishes, reconciling }: Scenario): Map<string, SimulatedTask> {
  const tasks = wishes.flatMap(({ bucket, tasks: ids }, index) =>
    ids.map((id): SimulatedTask => {
      const mode = reconciling?.modes[index] ?? 'FULL_OVERWRITE';
      return { id, bucket, destination: destinationOf(index), mode, state: 'SYNCHRONIZING' };
    }),
  );
  return new Map(tasks.map((task) => [task.id, task]));
}

function bucketsOf({ wishes }: Scenario): string[] {
  return wishes.flatMap(({ bucket }, index) => [bucket, destinationOf(index)]);
}

/** Whether the text holds credentials of any moment. */
function tellsSecret(text: string): boolean {
  return text.includes('SKCHAOS') || text.includes('TOKENCHAOS') || text.includes('AKIDCHAOS');
}

/** The name of the machine, and JSON without anything that a reader could take for the end of a line. */
const ONE_LINE = /^[\w-]+ \{"level":[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*\}$/;

function timerEvent(now: number): string {
  return JSON.stringify({
    version: 'v2.0',
    time: new Date(now).toISOString(),
    trigger_type: 'TIMER',
    trigger_name: 'redrive',
    user_event: '',
  });
}

function prefixed(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix}${name}`, count]));
}
