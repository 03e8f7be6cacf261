import { PROJECT_ID, SimulatedFunctions } from './cloud/functions.ts';
import { SimulatedObjectStore } from './cloud/object-store.ts';
import { SimulatedOms } from './cloud/oms.ts';
import { EndlessRunError, Kernel } from './kernel/kernel.ts';
import { Random } from './kernel/random.ts';
import type { Fate } from './machine/machine.ts';
import type { Network } from './machine/network.ts';
import { compile, type Program, type Subject } from './machine/subject.ts';
import { judgeHealing } from './world/healing.ts';
import { Ledger, type Violation } from './world/ledger.ts';
import { eventOf } from './world/notifications.ts';
import { type Deployment, drawScenario, type Scenario } from './world/scenario.ts';

export const STATE_BUCKET = 'oms-sync-state';
const REGION = 'cn-north-4';
const OMS_HOST = `oms.${REGION}.myhuaweicloud.com`;
const OBS_HOST = `obs.${REGION}.myhuaweicloud.com`;
const PREFIXES = { deadLetters: 'dead-letters/', parked: 'parked/', failed: 'failed-invocations/' } as const;
const FUNCTION = 'on-object-created';
const REDRIVE = 'redrive';
const DAY = 86_400_000;

/** The programs of a subject, compiled once for many runs. */
export interface Programs {
  readonly onObjectCreated: Program;
  readonly redrive: Program | undefined;
}

export function compileSubject({ onObjectCreated, redrive }: Subject): Programs {
  return {
    onObjectCreated: compile(onObjectCreated, 'on-object-created.js'),
    redrive: redrive === undefined ? undefined : compile(redrive, 'redrive.js'),
  };
}

/** A line of a run's history. */
export interface Line {
  readonly at: number;
  readonly text: string;
  /** What it is about; nothing in particular where there is none. */
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
  /** Of all that happened, in its order. */
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
  readonly #lines: Line[] = [];
  readonly #kills: Random;
  #points = 0;
  #keys = ['AKIDCHAOS0000'];
  #destinationDown = false;
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
    this.#oms = new SimulatedOms({
      projectId: PROJECT_ID,
      tasks: scenario.wishes.flatMap(({ bucket, tasks }) =>
        tasks.map((id) => ({ id, bucket, state: 'SYNCHRONIZING' as const })),
      ),
      decoding: scenario.decoding,
      refuses: (task, key) => scenario.refused.has(`${task}/${key}`),
      now: kernel.now,
      knows,
      onAccepted: (task, texts, caller) => {
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
      buckets: [STATE_BUCKET],
      ...scenario.store,
      now: kernel.now,
      knows,
      onPut: (_bucket, key, text, caller) => {
        if (tellsSecret(text)) ledger.violate('secret told', `${key} holds a secret`);
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
        ledger.release(`queue ${event.id}`);
      },
      onFailure: ({ attempt, event }, outcome) =>
        this.#tell(`attempt ${attempt} failed: ${outcome}`, this.#thingsOf(event.text)),
      onGivenUp: (event, condition, payload) => this.#giveUp(event, condition, payload, 0),
      onCrash: (error) => ledger.violate('crash', String(error)),
      log: (line) => {
        if (tellsSecret(line)) ledger.violate('secret told', line);
        if (!ONE_LINE.test(line)) ledger.violate('broken line', JSON.stringify(line));
        // Not in the hash: how much is logged is no part of what happens.
        if (this.#options.trace) this.#lines.push({ at: kernel.now(), text: line, things: [] });
      },
    });
  }

  async finish(): Promise<RunResult> {
    this.#schedule();
    const { start, healed } = this.#scenario;
    try {
      await this.#until(healed);
      this.#heal();
      await this.#quiet();
      await this.#redriveUntilStable();
      if (this.#ledger.violations.length === 0)
        judgeHealing(this.#ledger, this.#scenario, { redrives: this.#programs.redrive !== undefined });
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
        ...prefixed('', { ...counts }),
        'OMS calls': this.#oms.calls,
        'store requests': this.#store.requests,
        ...prefixed('', this.#ledger.counts),
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
    const { redriveTimers, redriveByHand } = this.#scenario;
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
        if (window.oms) this.#oms.setFaults(window.oms);
        if (window.obs) this.#store.setFaults(window.obs);
        if (window.omsReach) this.#oms.reach = window.omsReach;
        if (window.obsReach) this.#store.reach = window.obsReach;
        if (window.destinationDown) this.#destinationDown = true;
      });
      at(window.to, 'window of faults ends', () => {
        this.#tell('faults end', []);
        if (window.oms) this.#oms.setFaults(undefined);
        if (window.obs) this.#store.setFaults(undefined);
        if (window.omsReach) this.#oms.reach = 'yes';
        if (window.obsReach) this.#store.reach = 'yes';
        if (window.destinationDown) this.#destinationDown = false;
      });
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
  }

  #invoke(name: string, text: string): void {
    this.#invocations += 1;
    const event = this.#functions.push(name, text);
    this.#ledger.hold(`queue ${event.id}`, this.#ledger.named(text));
  }

  /** The platform writes its document, for some minutes; then nobody has the event any more. */
  #giveUp(
    event: { id: string; functionName: string; text: string; attempts: number; accepted: number },
    condition: string,
    payload: unknown,
    tried: number,
  ): void {
    if (this.#destinationDown) {
      if (tried < 3) {
        this.#kernel.schedule(60_000, `destination again for ${event.id}`, () =>
          this.#giveUp(event, condition, payload, tried + 1),
        );
        return;
      }
      // Only reconciliation finds what is lost here; it is counted, and never hides another loss.
      const things = this.#ledger.named(event.text);
      this.#ledger.counts.undeliverable += things.length;
      this.#tell(
        `the failure destination could not be written: ${event.id} is gone`,
        things.map(({ id }) => id),
      );
      this.#ledger.hold(`undeliverable ${event.id}`, things);
    } else if (event.functionName === FUNCTION || this.#scenario.platform.redriveDestination) {
      const record = {
        timestamp: new Date(event.accepted).toISOString(),
        request_context: {
          request_id: event.id,
          function_urn: `urn:fss:${REGION}:${PROJECT_ID}:function:default:${event.functionName}:latest`,
          condition,
          approximate_invoke_count: event.attempts,
        },
        request_payload: JSON.parse(event.text) as unknown,
        response_context: { status_code: 500, function_error: 'simulated' },
        response_payload: payload,
      };
      const name = `${PREFIXES.failed}${event.functionName}/${new Date(this.#kernel.now()).toISOString()}-${event.id}`;
      this.#store.put(STATE_BUCKET, name, Buffer.from(JSON.stringify(record)));
    }
    this.#ledger.release(`queue ${event.id}`);
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
    // In pieces, so that a violation ends the run soon.
    while (this.#kernel.now() < time && this.#ledger.violations.length === 0)
      await this.#kernel.run(Math.min(time, this.#kernel.now() + 60_000));
  }

  #heal(): void {
    this.#healing = true;
    this.#tell('every fault is over', []);
    const { wishes } = this.#scenario;
    for (const { tasks } of wishes) if (tasks.length === 1) this.#oms.setState(tasks[0] ?? '', 'SYNCHRONIZING');
  }

  /** Runs until the platform has nothing to do. */
  async #quiet(): Promise<void> {
    const end = this.#kernel.now() + 2 * DAY;
    while (!this.#functions.idle && this.#kernel.now() < end && this.#ledger.violations.length === 0)
      await this.#kernel.run(this.#kernel.now() + 10_000);
    if (!this.#functions.idle) this.#ledger.violate('does not end', 'invocations are still waiting after two days');
  }

  async #redriveUntilStable(): Promise<void> {
    if (!this.#programs.redrive) return;
    for (let round = 0; round < 4 && this.#ledger.violations.length === 0; round += 1) {
      // What is refused again is written again, with one attempt more; that moves nothing, and neither does a report.
      const names = (): string => {
        const all = [...this.#store.objects(STATE_BUCKET).keys()];
        return all.filter((name) => Object.values(PREFIXES).some((prefix) => name.startsWith(prefix))).join('\n');
      };
      const before = names();
      this.#invoke(REDRIVE, '{}');
      await this.#quiet();
      if (names() === before) break;
    }
  }
}

/** Of the credentials of any moment. */
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
