import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { Answer, Caller, Message, Network } from './network.ts';

/** The parts of the machine that the imitation of `node:http` needs. */
export interface Wire {
  /** Runs unless the machine was killed in the meantime; `label` names a point where it may be. */
  readonly later: (delay: number, label: string, run: () => void, killable: boolean) => void;
  /** Runs whether the machine lives or not: packets that have left it. */
  readonly outside: (delay: number, label: string, run: () => void) => void;
  /** A point where the machine may be killed. False: it was. */
  readonly checkpoint: (label: string) => boolean;
  /** Milliseconds of one way through the network. */
  readonly latency: () => number;
  readonly network: Network;
  readonly caller: () => Caller;
  readonly now: () => number;
  /** Counts requests under way. */
  readonly pending: (change: 1 | -1) => void;
}

/** Milliseconds after which a server closes a connection that nobody uses. */
const KEEP_ALIVE = 60_000;

class SimulatedAgent {
  readonly options: { readonly keepAlive?: boolean };
  /** Times when each idle connection was last used, by host. */
  readonly idle = new Map<string, number[]>();

  constructor(options: { readonly keepAlive?: boolean } = {}) {
    this.options = options;
  }

  destroy(): void {
    this.idle.clear();
  }
}

interface RequestOptions {
  readonly host?: string;
  readonly hostname?: string;
  readonly port?: number | string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>>;
  readonly agent?: SimulatedAgent | false;
}

function errorWith(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

class SimulatedRequest extends EventEmitter {
  reusedSocket = false;
  destroyed = false;
  writableEnded = false;
  readonly socket = new EventEmitter();
  readonly #wire: Wire;
  readonly #options: RequestOptions;
  readonly #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  #incoming: Readable | undefined;
  #done = false;

  constructor(wire: Wire, options: RequestOptions) {
    super();
    this.#wire = wire;
    this.#options = options;
    for (const [name, value] of Object.entries(options.headers ?? {})) this.#headers[name.toLowerCase()] = `${value}`;
    wire.pending(1);
    process.nextTick(() => this.emit('socket', this.socket));
  }

  setHeader(name: string, value: string | number): this {
    this.#headers[name.toLowerCase()] = `${value}`;
    return this;
  }

  setTimeout(): this {
    throw new Error('The simulation has no socket timeouts; the code under test was expected to use timers.');
  }

  setNoDelay(): void {}

  write(chunk: string | Uint8Array): boolean {
    this.#chunks.push(Buffer.from(chunk as string));
    return true;
  }

  end(chunk?: string | Uint8Array): this {
    if (chunk !== undefined) this.write(chunk);
    this.writableEnded = true;
    this.#send();
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    const failure = error ?? (this.#incoming ? undefined : errorWith('ECONNRESET', 'socket hang up'));
    this.#incoming?.destroy();
    this.#finish();
    process.nextTick(() => {
      if (failure && this.listenerCount('error') > 0) this.emit('error', failure);
      this.emit('close');
    });
    return this;
  }

  #send(): void {
    const wire = this.#wire;
    const { host, hostname, method = 'GET', path = '/', agent } = this.#options;
    const name = this.#headers['host']?.replace(/:\d+$/, '') ?? host ?? hostname ?? '';
    const server = wire.network(name);
    const label = `${method} ${name}`;
    if (!wire.checkpoint(`before ${label}`)) return;
    const idle = agent ? this.#idle(agent, name) : [];
    const used = idle.pop();
    this.reusedSocket = used !== undefined;
    const reachable = server?.reachable() ?? 'refused';
    if (reachable === 'silent') return;
    if (server === undefined || reachable === 'refused') {
      wire.later(wire.latency(), `refused ${label}`, () => this.#fail('ECONNREFUSED', 'connect ECONNREFUSED'), true);
      return;
    }
    if (used !== undefined && wire.now() - used > KEEP_ALIVE) {
      wire.later(wire.latency(), `stale ${label}`, () => this.#fail('ECONNRESET', 'read ECONNRESET'), true);
      return;
    }
    const message: Message = {
      method,
      host: name,
      target: path,
      headers: this.#headers,
      body: Buffer.concat(this.#chunks),
    };
    const caller = wire.caller();
    const transmit = (): void => {
      // The request is on its way, whatever becomes of its sender.
      wire.outside(wire.latency(), `arrives ${label}`, () => {
        const { before, work, after } = server.receive(message, caller);
        const respond = (): void => {
          const answer = work();
          wire.later(after + wire.latency(), `answered ${label}`, () => this.#receive(answer, agent, name), true);
        };
        if (before > 0) wire.outside(before, `works ${label}`, respond);
        else respond();
      });
    };
    if (this.reusedSocket) transmit();
    else
      wire.later(
        wire.latency() * 2,
        `connected ${label}`,
        () => {
          this.socket.emit('connect');
          this.socket.emit('secureConnect');
          transmit();
        },
        false,
      );
  }

  #receive(answer: Answer | undefined, agent: SimulatedAgent | false | undefined, host: string): void {
    if (this.destroyed) return;
    if (answer === undefined) {
      this.#fail('ECONNRESET', 'read ECONNRESET');
      return;
    }
    const incoming = new Readable({ read() {} });
    this.#incoming = incoming;
    const headers = { ...answer.headers };
    Object.assign(incoming, { statusCode: answer.status, headers, rawHeaders: Object.entries(headers).flat() });
    this.emit('response', incoming);
    const body = Buffer.from(answer.body as string);
    if (answer.cut) {
      if (body.length > 0) incoming.push(body.subarray(0, Math.ceil(body.length / 2)));
      // The error comes after the received bytes, as on a real connection.
      afterTicks(() => incoming.destroy(errorWith('ECONNRESET', 'aborted')));
    } else {
      if (body.length > 0) incoming.push(body);
      incoming.push(null);
      if (agent && isKept(agent)) this.#idle(agent, host).push(this.#wire.now());
    }
    this.#finish();
  }

  #idle(agent: SimulatedAgent, host: string): number[] {
    let idle = agent.idle.get(host);
    if (!idle) {
      idle = [];
      agent.idle.set(host, idle);
    }
    return idle;
  }

  #fail(code: string, message: string): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#finish();
    this.emit('error', errorWith(code, message));
    this.emit('close');
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#wire.pending(-1);
  }
}

function isKept({ options }: SimulatedAgent): boolean {
  return options.keepAlive === true;
}

/** Some ticks on, which is after a readable stream has handed over what it has. */
function afterTicks(run: () => void): void {
  process.nextTick(() => process.nextTick(() => process.nextTick(run)));
}

/** The modules that a program gets for `require('node:http')` and `require('node:https')`. */
export function simulatedHttp(wire: Wire): object {
  const request = (options: RequestOptions, onResponse?: (response: unknown) => void): SimulatedRequest => {
    const made = new SimulatedRequest(wire, options);
    if (onResponse) made.once('response', onResponse);
    return made;
  };
  const get = (options: RequestOptions, onResponse?: (response: unknown) => void): SimulatedRequest =>
    request(options, onResponse).end();
  return { Agent: SimulatedAgent, globalAgent: new SimulatedAgent({ keepAlive: true }), request, get };
}
