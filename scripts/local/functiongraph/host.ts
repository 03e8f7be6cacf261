import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { FunctionConfig } from '../../serverless/config.ts';
import type { Accounts } from '../accounts.ts';
import { agencyCredentials } from './agency.ts';
import { ClosedError, FunctionNotFoundError } from './errors.ts';
import type { Execution } from './instance.ts';
import { LIMITS } from './limits.ts';
import { Pool } from './pool.ts';
import type { DeployedFunction, ExecutionResult, LogLine } from './types.ts';
import type { Credentials, ErrorBody, LoadMessage, LogLevel } from './worker/protocol.ts';

export interface HostOptions {
  readonly worker: string;
  readonly projectId: string;
  readonly accounts: Accounts;
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
  readonly maxInstances: number;
  readonly maxWaiting: number;
  readonly idleInstance: number;
  readonly onProcess: (child: ChildProcess) => void;
}

interface Deployment extends DeployedFunction {
  readonly pool: Pool;
  readonly codeRoot: string;
}

const NO_CREDENTIALS: Credentials = { securityAccessKey: '', securitySecretKey: '', securityToken: '' };
const DEFAULT_INITIALIZER_TIMEOUT = 3;

/** Runs requests on the instances of the deployed functions. */
export class Host {
  readonly #options: HostOptions;
  readonly #functions = new Map<string, Deployment>();
  readonly #byName = new Map<string, Deployment>();
  readonly #draining = new Set<Promise<void>>();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.retireIdle(), Math.max(50, Math.min(options.idleInstance / 2, 10_000)));
    this.#sweeper.unref();
  }

  /** Puts code into service; requests that run on the code before it finish there. */
  deploy(fn: DeployedFunction, codeRoot: string): void {
    if (this.#closed) throw new ClosedError();
    const { config, key } = fn;
    const credentials = this.#credentials(config);
    const declared = config.concurrency ?? -1;
    // -1 is the platform's way to say that there is no limit of the function's own.
    const limited = declared >= 0;
    const load: LoadMessage = {
      type: 'load',
      codeRoot,
      handler: config.handler,
      ...(config.initializer === undefined ? {} : { initializer: config.initializer }),
      userData: { ...config.environment, ...config.encryptedEnvironment },
      responseBytes: LIMITS.responseBytes,
      logLineBytes: LIMITS.logLineBytes,
    };
    const pool = new Pool({
      instance: {
        worker: this.#options.worker,
        load,
        memory: config.memorySize,
        env: environment(config, this.#options.projectId, codeRoot),
        credentials,
        initializerTimeout: 1000 * (config.initializerTimeout ?? DEFAULT_INITIALIZER_TIMEOUT),
        log: (requestId, level, text) => this.log(key, requestId, level, text),
        onProcess: this.#options.onProcess,
      },
      maxInstances: limited ? Math.min(declared, this.#options.maxInstances) : this.#options.maxInstances,
      maxWaiting: limited ? 0 : this.#options.maxWaiting,
      idleInstance: this.#options.idleInstance,
      now: this.#options.now,
    });
    const previous = this.#functions.get(key);
    const deployment = { ...fn, pool, codeRoot };
    this.#functions.set(key, deployment);
    for (const name of [key, config.name, fn.urn]) this.#byName.set(name, deployment);
    if (previous) {
      const drained = previous.pool
        .drain()
        .then(() => rm(previous.codeRoot, { recursive: true, force: true }))
        .finally(() => this.#draining.delete(drained));
      this.#draining.add(drained);
    }
  }

  /**
   * @param name key, name or URN, the latter with or without a version
   * @throws FunctionNotFoundError
   */
  find(name: string): DeployedFunction {
    return this.#find(name);
  }

  functions(): DeployedFunction[] {
    return [...this.#functions.values()];
  }

  /**
   * Runs one request.
   *
   * @param event JSON text
   * @param patient waits for an instance however long it takes
   * @throws ThrottledError, FunctionNotFoundError, ClosedError
   */
  async execute(name: string, requestId: string, event: string, patient: boolean): Promise<ExecutionResult> {
    if (this.#closed) throw new ClosedError();
    const { pool, config, key } = this.#find(name);
    const timeout = config.timeout * 1000;
    const run = await pool.run({ requestId, traceId: randomUUID(), event, timeout }, patient);
    const result = resultOf(requestId, run, config);
    if (result.outcome === 'timeout' || result.outcome === 'crash') {
      this.log(key, requestId, 'ERROR', result.payload);
    }
    return result;
  }

  retireIdle(): void {
    for (const { pool } of this.#functions.values()) pool.retireIdle();
  }

  stats(): Record<string, { instances: number; busy: number }> {
    return Object.fromEntries(
      [...this.#functions.values()].map(({ key, pool }) => [key, { instances: pool.size, busy: pool.busy }]),
    );
  }

  log(key: string, requestId: string, level: LogLevel, text: string): void {
    this.#options.log({ time: this.#options.now(), function: key, requestId, level, text });
  }

  /** Lets running requests end for `grace` milliseconds, then ends every process. */
  async close(grace: number): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    const pools = [...this.#functions.values()].map(({ pool }) => pool);
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([Promise.all([...pools.map((pool) => pool.drain()), ...this.#draining]), passed]);
    clearTimeout(timer);
    await Promise.all(pools.map((pool) => pool.close()));
  }

  #find(name: string): Deployment {
    const deployment = this.#byName.get(name) ?? this.#byName.get(name.replace(/:[^:]+$/, ''));
    if (!deployment) throw new FunctionNotFoundError(name);
    return deployment;
  }

  /** Of the function's agency; '' each when it has none. */
  #credentials(config: FunctionConfig): () => Credentials {
    // https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0920.html "Execution Agency"
    const agency = config.executionAgency || config.agency;
    if (!agency) return () => NO_CREDENTIALS;
    const issue = agencyCredentials(this.#options.accounts, this.#options.now, agency);
    return () => {
      const { accessKey, secretKey, securityToken } = issue();
      return { securityAccessKey: accessKey, securitySecretKey: secretKey, securityToken };
    };
  }
}

/**
 * The environment of an instance: the platform's names, and nothing of this process's own. User variables reach event
 * functions through the context only.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
function environment(config: FunctionConfig, projectId: string, codeRoot: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    HOME: '/tmp',
    RUNTIME_PROJECT_ID: projectId,
    RUNTIME_FUNC_NAME: config.name,
    RUNTIME_FUNC_VERSION: 'latest',
    RUNTIME_PACKAGE: 'default',
    RUNTIME_HANDLER: config.handler,
    RUNTIME_TIMEOUT: String(config.timeout),
    RUNTIME_USERDATA: JSON.stringify(config.environment),
    // Millicores; the platform gives CPU in proportion to memory.
    RUNTIME_CPU: String(Math.round((config.memorySize / 128) * 100)),
    RUNTIME_MEMORY: String(config.memorySize),
    RUNTIME_MAX_RESP_BODY_SIZE: String(LIMITS.responseBytes),
    RUNTIME_INITIALIZER_HANDLER: config.initializer ?? '',
    RUNTIME_INITIALIZER_TIMEOUT: String(config.initializerTimeout ?? DEFAULT_INITIALIZER_TIMEOUT),
    RUNTIME_ROOT: codeRoot,
    RUNTIME_CODE_ROOT: codeRoot,
    RUNTIME_LOG_DIR: '/tmp',
  };
}

function resultOf(
  requestId: string,
  run: { readonly execution: Execution; readonly cold: boolean; readonly duration: number },
  config: FunctionConfig,
): ExecutionResult {
  const { execution, cold, duration } = run;
  const common = { requestId, cold, duration };
  const failed = (error: ErrorBody): { payload: string; error: ErrorBody } => ({
    payload: JSON.stringify(error),
    error,
  });
  switch (execution.outcome) {
    case 'success':
      return { ...common, outcome: 'success', payload: execution.payload };
    case 'error':
      return { ...common, outcome: 'error', code: execution.failure.code, ...failed(execution.failure.body) };
    case 'timeout':
      return {
        ...common,
        outcome: 'timeout',
        ...failed(platformError('TimeoutError', `function invocation timed out after ${config.timeout} seconds`)),
      };
    case 'crash':
      return {
        ...common,
        outcome: 'crash',
        ...failed(platformError('RuntimeExit', `the function's process ${execution.reason}`)),
      };
  }
}

function platformError(errorType: string, errorMessage: string): ErrorBody {
  return { errorMessage, errorType, stackTrace: [] };
}
