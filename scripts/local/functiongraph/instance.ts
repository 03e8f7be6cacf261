import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { LIMITS } from './limits.ts';
import type {
  Credentials,
  HostMessage,
  InvokeMessage,
  LoadMessage,
  LogLevel,
  RuntimeFailure,
  WorkerMessage,
} from './worker/protocol.ts';

export interface InstanceOptions {
  readonly worker: string;
  readonly load: LoadMessage;
  /** MB of heap; a function that needs more ends, as on the platform. */
  readonly memory: number;
  readonly env: Readonly<Record<string, string>>;
  readonly credentials: () => Credentials;
  readonly initializerTimeout: number;
  readonly log: (requestId: string, level: LogLevel, text: string) => void;
  readonly onProcess?: (child: ChildProcess) => void;
}

export type Execution =
  | { readonly outcome: 'success'; readonly payload: string }
  | { readonly outcome: 'error'; readonly failure: RuntimeFailure }
  | { readonly outcome: 'timeout' }
  | { readonly outcome: 'crash'; readonly reason: string };

type Reply = WorkerMessage | { readonly type: 'exit'; readonly reason: string } | { readonly type: 'timeout' };

/** Grace between asking an instance to end and killing it. Milliseconds. */
const STOP_GRACE = 5000;

export class Instance {
  readonly id = randomUUID();
  readonly #options: InstanceOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #waiting: ((reply: Reply) => void) | undefined;
  #ended: string | undefined;
  #request = '';

  private constructor(options: InstanceOptions) {
    this.#options = options;
    this.#child = fork(options.worker, [], {
      // The parent's flags are left out: under tsx they would load a TypeScript loader into every instance.
      execArgv: [`--max-old-space-size=${options.memory}`],
      cwd: options.load.codeRoot,
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    options.onProcess?.(this.#child);
    this.#capture();
    this.#child.on('message', (message: WorkerMessage) => {
      if (message.type === 'log') options.log(message.requestId, message.level, message.text);
      else this.#reply(message);
    });
    this.#exited = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.#ended ??= reason;
        this.#reply({ type: 'exit', reason: this.#ended });
        resolve();
      };
      this.#child.once('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exited with code ${code}`));
      this.#child.once('error', (error) => end(error.message));
    });
  }

  /**
   * Starts a process, loads the code and runs the initializer, up to three times. One whose code cannot be used is
   * returned too: its failure answers every request.
   */
  static async start(options: InstanceOptions): Promise<{ instance: Instance; failure?: RuntimeFailure }> {
    for (let attempt = 1; ; attempt++) {
      const instance = new Instance(options);
      const loaded = await instance.#ask(options.load);
      if (loaded.type !== 'loaded') {
        const reason = loaded.type === 'exit' ? loaded.reason : loaded.type;
        return { instance, failure: hostFailure(4001, `function entry exception, error: the process ${reason}`) };
      }
      if (loaded.failure || !loaded.initializer) {
        return loaded.failure ? { instance, failure: loaded.failure } : { instance };
      }
      let failure: RuntimeFailure | undefined;
      for (; attempt <= LIMITS.initializerAttempts; attempt++) {
        const timeout = options.initializerTimeout;
        const reply = await instance.#ask({ type: 'initialize', credentials: options.credentials(), timeout }, timeout);
        if (reply.type === 'initialized' && !reply.failure) return { instance };
        failure =
          reply.type === 'initialized'
            ? reply.failure
            : hostFailure(
                4009,
                `function initialization exception, error: ${reply.type === 'timeout' ? `timed out after ${timeout} ms` : 'the process ended'}`,
              );
        options.log('', 'ERROR', JSON.stringify(failure?.body));
        // Only a fresh process can try again after a timeout or a crash.
        if (reply.type !== 'initialized') break;
      }
      if (attempt >= LIMITS.initializerAttempts) return { instance, ...(failure ? { failure } : {}) };
      instance.kill();
    }
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Runs one request. After a timeout the process is killed; after a crash it is gone: see `alive`. */
  async invoke(message: Omit<InvokeMessage, 'type'>): Promise<Execution> {
    this.#request = message.requestId;
    const reply = await this.#ask({ type: 'invoke', ...message }, message.timeout);
    switch (reply.type) {
      case 'result':
        return 'failure' in reply
          ? { outcome: 'error', failure: reply.failure }
          : { outcome: 'success', payload: reply.payload };
      case 'timeout':
        this.kill();
        return { outcome: 'timeout' };
      default:
        this.kill();
        return { outcome: 'crash', reason: reply.type === 'exit' ? reply.reason : `answered ${reply.type}` };
    }
  }

  async stop(): Promise<void> {
    if (!this.alive) return this.#exited;
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE);
    await this.#exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#ended ??= 'killed';
    this.#child.kill('SIGKILL');
  }

  exited(): Promise<void> {
    return this.#exited;
  }

  #ask(message: HostMessage, timeout?: number): Promise<Reply> {
    return new Promise((resolve) => {
      if (this.#ended !== undefined) return resolve({ type: 'exit', reason: this.#ended });
      const timer = timeout === undefined ? undefined : setTimeout(() => this.#reply({ type: 'timeout' }), timeout);
      this.#waiting = (reply) => {
        if (reply.type === 'result' && message.type === 'invoke' && reply.requestId !== message.requestId) return;
        this.#waiting = undefined;
        clearTimeout(timer);
        resolve(reply);
      };
      // A failed send means that the process is ending; its exit answers.
      this.#child.send(message, () => {});
    });
  }

  #reply(reply: Reply): void {
    this.#waiting?.(reply);
  }

  /** Output written to the file descriptors directly, past `process.stdout`: by native code or `fs.writeSync(1)`. */
  #capture(): void {
    const { stdout, stderr } = this.#child;
    for (const [stream, level] of [
      [stdout, 'INFO'],
      [stderr, 'ERROR'],
    ] as const) {
      if (!stream) continue;
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) =>
        this.#options.log(this.#request, level, line),
      );
    }
  }
}

function hostFailure(code: 4001 | 4009, errorMessage: string): RuntimeFailure {
  return { code, body: { errorMessage, errorType: 'Error', stackTrace: [] } };
}
