import nodeCrypto from 'node:crypto';
import { createRequire } from 'node:module';
import type { Kernel, Scheduled } from '../kernel/kernel.ts';
import type { Random } from '../kernel/random.ts';
import { simulatedHttp, type Wire } from './http.ts';
import type { Caller, Network } from './network.ts';
import type { Globals, Program } from './subject.ts';

/** Modules that know neither time nor the outside. */
const REAL = new Set([
  'buffer',
  'util',
  'url',
  'querystring',
  'string_decoder',
  'events',
  'assert',
  'path',
  'stream',
  'zlib',
]);
const builtIn = createRequire(import.meta.url);

export interface MachineOptions {
  readonly name: string;
  readonly program: Program;
  readonly kernel: Kernel;
  /** Its clock, in milliseconds since the epoch; the right time where it is left out. */
  readonly clock?: () => number;
  readonly random: Random;
  readonly network: Network;
  /** Milliseconds of one way through the network. */
  readonly latency: () => number;
  /** Whether the machine is killed at this point, or hangs until the platform kills it. */
  readonly fate: (label: string) => Fate;
  readonly log: (level: string, line: string) => void;
}

export type Fate = 'lives' | 'is killed' | 'hangs';

/** Handler as the platform calls it. */
type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/**
 * One process that runs a function's bundle: its clock, its timers, its random numbers and its network are those of the
 * simulation, everything else is Node.js. Killed, it never does anything again; frozen between two invocations, it goes
 * on where it was when the next one begins.
 */
export class Machine {
  readonly name: string;
  alive = true;
  /** Told when the machine is killed at a point of its program. */
  onKilled: (label: string) => void = () => {};
  /** Requests that were begun and have no end yet. */
  pending = 0;
  #attempt = 0;
  #frozen: (() => void)[] | undefined;
  readonly #options: MachineOptions;
  readonly #handler: Handler;

  constructor(options: MachineOptions) {
    this.name = options.name;
    this.#options = options;
    this.#handler = options.program(this.#globals())['handler'] as Handler;
  }

  /** @param attempt number of the invocation among all of the run, by which requests are told apart */
  invoke(
    attempt: number,
    event: unknown,
    context: unknown,
    settle: (result: { value: unknown } | { error: unknown }) => void,
  ): void {
    this.#attempt = attempt;
    const thawed = this.#frozen;
    this.#frozen = undefined;
    this.#options.kernel.touch();
    for (const run of thawed ?? []) run();
    const settled = (result: { value: unknown } | { error: unknown }): void => {
      if (this.alive && this.#attempt === attempt && !this.#frozen) settle(result);
    };
    this.#handler(event, context).then(
      (value) => settled({ value }),
      (error: unknown) => settled({ error }),
    );
  }

  /** The platform stops the process until the next invocation. */
  freeze(): void {
    this.#frozen = [];
  }

  kill(): void {
    this.alive = false;
  }

  #later(delay: number, label: string, run: () => void, killable: boolean): Scheduled {
    const { kernel } = this.#options;
    return kernel.schedule(delay, `${this.name} ${label}`, () => {
      if (!this.alive) return;
      if (this.#frozen) {
        this.#frozen.push(() => this.#resume(label, run, killable));
        return;
      }
      this.#resume(label, run, killable);
    });
  }

  #resume(label: string, run: () => void, killable: boolean): void {
    if (killable && !this.#checkpoint(`after ${label}`)) return;
    this.#options.kernel.touch();
    run();
  }

  #checkpoint(label: string): boolean {
    if (!this.alive) return false;
    const fate = this.#frozen ? 'lives' : this.#options.fate(label);
    if (fate === 'lives') return true;
    this.kill();
    if (fate === 'is killed') this.onKilled(label);
    return false;
  }

  #globals(): Globals {
    const { kernel, random, log, clock: now = kernel.now } = this.#options;
    const wire: Wire = {
      later: (delay, label, run, killable) => void this.#later(delay, label, run, killable),
      outside: (delay, label, run) => void kernel.schedule(delay, `${this.name} ${label}`, run),
      checkpoint: (label) => this.#checkpoint(label),
      latency: this.#options.latency,
      network: this.#options.network,
      caller: (): Caller => ({ machine: this.name, attempt: this.#attempt }),
      now: kernel.now,
      pending: (change) => {
        this.pending += change;
      },
    };
    const setTimer = (run: (...args: unknown[]) => void, delay = 0, ...args: unknown[]): object => {
      if (!this.#checkpoint('before sleep')) return TIMER;
      const scheduled = this.#later(Math.max(1, delay), 'timer', () => run(...args), true);
      return Object.assign(Object.create(TIMER), { cancel: scheduled.cancel });
    };
    const clear = (timer: { cancel?: () => void } | undefined): void => timer?.cancel?.();
    class SimulatedDate extends Date {
      constructor(...args: []) {
        // `new Date()` is the only use that depends on the clock.
        if (args.length === 0) super(now());
        else super(...args);
      }

      static override now(): number {
        return now();
      }
    }
    const http = simulatedHttp(wire);
    const timers = {
      setTimeout: setTimer,
      clearTimeout: clear,
      setInterval: refused('setInterval'),
      clearInterval: clear,
    };
    const crypto = Object.assign(Object.create(nodeCrypto), seededCrypto(random)) as object;
    const line = (level: string) => (text: unknown) => {
      if (this.alive) log(level, String(text));
    };
    return {
      require: (name) => {
        const bare = name.replace(/^node:/, '');
        if (bare === 'http' || bare === 'https') return http;
        if (bare === 'timers') return timers;
        if (bare === 'timers/promises')
          return {
            setTimeout: (delay: number) => new Promise((resolve) => void setTimer(resolve as () => void, delay)),
          };
        if (bare === 'crypto') return crypto;
        if (REAL.has(bare)) return builtIn(`node:${bare}`);
        throw new Error(`The simulation has no module "${name}".`);
      },
      module: { exports: {} },
      process: PROCESS,
      console: {
        log: line('info'),
        info: line('info'),
        warn: line('warn'),
        error: line('error'),
        debug: line('debug'),
      },
      Date: SimulatedDate as unknown as DateConstructor,
      Math: Object.create(Math, { random: { value: random.next } }) as Math,
      ...timers,
      setImmediate: refused('setImmediate'),
      performance: { now: kernel.now },
      crypto,
      fetch: refused('fetch'),
    };
  }
}

const TIMER = { unref: (): object => TIMER, ref: (): object => TIMER, hasRef: () => true };

/** There is no environment: FunctionGraph's variables come from the context. */
const PROCESS = {
  env: {},
  nextTick: process.nextTick,
  version: process.version,
  versions: process.versions,
  platform: 'linux',
  argv: [],
};

function refused(name: string): () => never {
  return () => {
    throw new Error(`The simulation has no ${name}.`);
  };
}

function seededCrypto(random: Random): object {
  return {
    randomUUID: () => `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`,
    randomBytes: (size: number) => Buffer.from(random.hex(size * 2), 'hex'),
    randomInt: refused('randomInt'),
  };
}
