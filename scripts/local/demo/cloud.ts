import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../stack.ts';
import type { Arrival, Reply, Request } from './protocol.ts';

interface CloudOptions {
  readonly dataDir: string;
  readonly keyDecoding: 'form' | 'rfc3986';
  readonly say: (line: string) => void;
  readonly log: (line: string) => void;
  readonly arrived: (arrivals: readonly Arrival[]) => void;
}

/** The local cloud in a process of its own: the uploader must not slow down what it measures. */
export class Cloud {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(options: CloudOptions) {
    this.#child = fork(fileURLToPath(new URL('cloud-process.ts', import.meta.url)), [], {
      execArgv: ['--import', 'tsx'],
    });
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.on('message', (message: Reply) => {
      if (message.type === 'say') options.say(message.line);
      else if (message.type === 'log') options.log(message.line);
      else if (message.type === 'arrived') options.arrived(message.arrivals);
    });
    this.#send({ type: 'start', dataDir: options.dataDir, keyDecoding: options.keyDecoding });
  }

  async ready(): Promise<Endpoints> {
    const message = await this.#reply('ready', 'failed');
    if (message.type === 'ready') return message.endpoints;
    throw new Error(message.type === 'failed' ? message.message : 'The local cloud ended before it was ready');
  }

  async stats(): Promise<{ readonly calls: number; readonly keys: number }> {
    const answered = this.#reply('stats');
    this.#send({ type: 'stats' });
    const message = await answered;
    if (message.type === 'stats') return message;
    throw new Error('The local cloud has ended');
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#send({ type: 'stop' });
    await this.#exited;
  }

  #send(message: Request): void {
    this.#child.send(message);
  }

  #reply(...types: readonly Reply['type'][]): Promise<Reply> {
    return new Promise((resolve) => {
      const listen = (message: Reply): void => {
        if (!types.includes(message.type)) return;
        this.#child.off('message', listen);
        resolve(message);
      };
      this.#child.on('message', listen);
      this.#exited.then(() => resolve({ type: 'stopped' }));
    });
  }
}
