import type { Kernel } from '../kernel/kernel.ts';
import type { Random } from '../kernel/random.ts';
import { type Fate, Machine } from '../machine/machine.ts';
import type { Network } from '../machine/network.ts';
import type { Program } from '../machine/subject.ts';
import type { PlatformPlan } from '../world/scenario.ts';

/** An asynchronous invocation that the platform has accepted. */
export interface QueuedEvent {
  readonly id: string;
  readonly functionName: string;
  /** JSON. */
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly accepted: number;
  attempts: number;
  notBefore: number;
}

/** One execution of a function. */
export interface Execution {
  /** Number among all executions of the run. */
  readonly attempt: number;
  readonly event: QueuedEvent;
  readonly machine: Machine;
  readonly started: number;
}

export interface FunctionPlan {
  readonly name: string;
  /** Seconds. */
  readonly timeout: number;
  readonly instances: number;
}

export interface FunctionsOptions {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly plan: PlatformPlan;
  readonly network: Network;
  readonly latency: () => number;
  /** The time that the clocks of the processes show. */
  readonly clock: () => number;
  /** Temporary credentials of this moment. */
  readonly credentials: () => {
    readonly accessKey: string;
    readonly secretKey: string;
    readonly securityToken: string;
  };
  /** The fate of a process at a point of its program. */
  readonly fate: (label: string) => Fate;
  readonly onExecution: (execution: Execution) => void;
  /** The invocation ended well. */
  readonly onSuccess: (execution: Execution, result: unknown) => void;
  readonly onFailure: (execution: Execution, outcome: string) => void;
  /** The platform gives an event up: it goes to the failure destination. */
  readonly onGivenUp: (event: QueuedEvent, condition: string, payload: unknown) => void;
  readonly onCrash: (error: unknown) => void;
  readonly log: (line: string) => void;
}

interface Deployed {
  readonly plan: FunctionPlan;
  program: Program;
  variables: Readonly<Record<string, string>>;
  readonly queue: QueuedEvent[];
  idle: Machine[];
  running: number;
  version: number;
}

/** FunctionGraph as far as it matters: queue, instances, retries, age, time-outs, kills, deployments. */
export class SimulatedFunctions {
  readonly counts = {
    executions: 0,
    coldStarts: 0,
    kills: 0,
    timeouts: 0,
    failures: 0,
    successes: 0,
    retries: 0,
    givenUp: 0,
  };
  readonly #options: FunctionsOptions;
  readonly #functions = new Map<string, Deployed>();
  #events = 0;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** Puts new code or variables in place: what runs ends with the old ones, what is idle is replaced. */
  deploy(plan: FunctionPlan, program: Program, variables: Readonly<Record<string, string>>): void {
    const deployed = this.#functions.get(plan.name);
    if (!deployed) {
      this.#functions.set(plan.name, { plan, program, variables, queue: [], idle: [], running: 0, version: 1 });
      return;
    }
    Object.assign(deployed, { program, variables, version: deployed.version + 1 });
    for (const machine of deployed.idle.splice(0)) machine.kill();
  }

  /** Accepts an event. */
  push(functionName: string, text: string): QueuedEvent {
    const { kernel } = this.#options;
    this.#events += 1;
    const now = kernel.now();
    const event = { id: `event-${this.#events}`, functionName, text, accepted: now, attempts: 0, notBefore: now };
    this.#function(functionName).queue.push(event);
    kernel.schedule(0, `dispatch ${event.id}`, () => this.#dispatch(functionName));
    return event;
  }

  /** Whether nothing waits or runs. */
  get idle(): boolean {
    return [...this.#functions.values()].every(({ queue, running }) => queue.length === 0 && running === 0);
  }

  #function(name: string): Deployed {
    const found = this.#functions.get(name);
    if (!found) throw new Error(`The simulation has no function ${name}.`);
    return found;
  }

  #dispatch(name: string): void {
    const deployed = this.#function(name);
    const now = this.#options.kernel.now();
    while (deployed.running < deployed.plan.instances) {
      const index = deployed.queue.findIndex(({ notBefore }) => notBefore <= now);
      const [event] = index < 0 ? [] : deployed.queue.splice(index, 1);
      if (!event) return;
      if (now - event.accepted > this.#options.plan.maxEventAge * 1000) {
        this.counts.givenUp += 1;
        this.#options.onGivenUp(event, 'EventAgeExceeded', null);
        continue;
      }
      this.#execute(deployed, event);
    }
  }

  #execute(deployed: Deployed, event: QueuedEvent): void {
    const { kernel, random } = this.#options;
    const { timeout } = deployed.plan;
    deployed.running += 1;
    event.attempts += 1;
    this.counts.executions += 1;
    const attempt = this.counts.executions;
    const { version } = deployed;
    const machine = this.#machine(deployed, (label) => finish({ killed: label }));
    if (!machine) return;
    const execution: Execution = { attempt, event, machine, started: kernel.now() };
    let ended = false;
    const deadline = kernel.schedule(timeout * 1000, `timeout of attempt ${attempt}`, () => {
      machine.kill();
      finish({ timedOut: true });
    });
    const finish = (end: { value: unknown } | { error: unknown } | { killed: string } | { timedOut: true }): void => {
      if (ended) return;
      ended = true;
      deadline.cancel();
      deployed.running -= 1;
      if ('value' in end || 'error' in end) {
        if ('value' in end) {
          this.counts.successes += 1;
          this.#options.onSuccess(execution, end.value);
        }
        machine.freeze();
        // The platform drops an instance when it pleases.
        if (deployed.version === version && !random.chance(0.04)) deployed.idle.push(machine);
        else machine.kill();
      }
      if (!('value' in end)) this.#failed(execution, describe(end));
      // Dispatching here would give control to a program while another one has it.
      kernel.schedule(0, `dispatch after attempt ${attempt}`, () => this.#dispatch(event.functionName));
    };
    this.#options.onExecution(execution);
    const start = (): void => {
      if (machine.alive)
        machine.invoke(attempt, JSON.parse(event.text), this.#context(deployed, execution, timeout), finish);
    };
    kernel.schedule(random.int(1, 200), `invoke attempt ${attempt}`, start);
  }

  #machine(deployed: Deployed, onKilled: (label: string) => void): Machine | undefined {
    const { kernel, clock, random, network, latency, fate, log, onCrash } = this.#options;
    const kill = (label: string): void => {
      this.counts.kills += 1;
      onKilled(label);
    };
    const index = deployed.idle.length === 0 ? -1 : random.int(0, deployed.idle.length - 1);
    const [warm] = index < 0 ? [] : deployed.idle.splice(index, 1);
    if (warm) {
      warm.onKilled = kill;
      return warm;
    }
    this.counts.coldStarts += 1;
    const name = `${deployed.plan.name}-${this.counts.coldStarts}`;
    try {
      const made = new Machine({
        name,
        program: deployed.program,
        kernel,
        clock,
        random: random.stream(name),
        network,
        latency,
        fate,
        log: (_level, line) => log(`${name} ${line}`),
      });
      made.onKilled = kill;
      return made;
    } catch (error) {
      onCrash(error);
      return undefined;
    }
  }

  #failed(execution: Execution, { outcome, payload }: { outcome: string; payload: unknown }): void {
    const { event } = execution;
    const { plan, kernel, random, onFailure, onGivenUp } = this.#options;
    this.counts.failures += 1;
    if (outcome === 'timed out') this.counts.timeouts += 1;
    onFailure(execution, outcome);
    if (event.attempts > plan.maxRetries) {
      this.counts.givenUp += 1;
      onGivenUp(event, 'RetriesExhausted', payload);
      return;
    }
    this.counts.retries += 1;
    const delay = plan.retryDelay * 2 ** (event.attempts - 1) * (0.5 + random.next());
    event.notBefore = kernel.now() + delay;
    this.#function(event.functionName).queue.push(event);
    kernel.schedule(delay, `retry ${event.id}`, () => this.#dispatch(event.functionName));
  }

  #context({ variables }: Deployed, execution: Execution, timeout: number): object {
    const { kernel, credentials } = this.#options;
    const end = kernel.now() + timeout * 1000;
    return {
      requestID: execution.event.id,
      invokeID: `attempt-${execution.attempt}`,
      timeout,
      startTime: kernel.now(),
      getRequestID: () => execution.event.id,
      getRemainingTimeInMilliSeconds: () => Math.max(0, end - kernel.now()),
      getRunningTimeInSeconds: () => timeout * 1000,
      getUserData: (name: string) => variables[name],
      getFunctionName: () => execution.event.functionName,
      getVersion: () => 'latest',
      getPackage: () => 'default',
      getProjectID: () => PROJECT_ID,
      getSecurityAccessKey: () => credentials().accessKey,
      getSecuritySecretKey: () => credentials().secretKey,
      getSecurityToken: () => credentials().securityToken,
    };
  }
}

export const PROJECT_ID = '0123456789abcdef0123456789abcdef';

function describe(end: { error: unknown } | { killed: string } | { timedOut: true }): {
  outcome: string;
  payload: unknown;
} {
  if ('killed' in end) return { outcome: `killed ${end.killed}`, payload: 'the process ended' };
  if ('timedOut' in end) return { outcome: 'timed out', payload: 'Invoke timed out.' };
  const { error } = end;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  // The runtime writes its errors like this.
  const payload = { errorMessage: `function invocation exception, error: ${message}`, errorType: name, stackTrace: [] };
  return { outcome: `${name}: ${message}`, payload };
}
