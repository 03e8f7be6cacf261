import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Accounts } from '../accounts.ts';
import { agencyCredentials } from './agency.ts';
import { unpackCode } from './code.ts';
import { labelOf, type StoredFunction, type Version } from './control/model.ts';
import { ClosedError } from './errors.ts';
import type { Execution } from './instance.ts';
import { LIMITS } from './limits.ts';
import { Pool } from './pool.ts';
import type { ExecutionResult, LogLine } from './types.ts';
import type { Credentials, ErrorBody, LoadMessage, LogLevel } from './worker/protocol.ts';

/** One version of a function, as it is until anything changes that an instance depends on. */
export interface Runnable {
  readonly fn: StoredFunction;
  readonly version: Version;
  readonly code: () => Promise<Uint8Array>;
}

interface RunRequest {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly patient: boolean;
  readonly alias?: string;
}

interface HostOptions {
  readonly worker: string;
  readonly dataDir: string;
  readonly projectId: string;
  readonly accounts: Accounts;
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
  readonly maxInstances: number;
  readonly maxWaiting: number;
  readonly idleInstance: number;
  readonly onProcess: (child: ChildProcess) => void;
}

interface Deployment {
  readonly runnable: Runnable;
  readonly ready: Promise<{ readonly pool: Pool; readonly codeRoot: string }>;
  pool: Pool | undefined;
  /** Requests that have it, also those that wait for its code. */
  users: number;
  /** Called when a retired one has no user any more. */
  unused: (() => void) | undefined;
}

const NO_CREDENTIALS: Credentials = { securityAccessKey: '', securitySecretKey: '', securityToken: '' };
const DEFAULT_INITIALIZER_TIMEOUT = 3;

/**
 * Runs requests on instances: a pool for each version, from its first request until it is retired. Requests that run on a
 * retired one finish there.
 */
export class Host {
  readonly #options: HostOptions;
  readonly #deployments = new Map<string, Deployment>();
  readonly #draining = new Map<Deployment, Promise<void>>();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.retireIdle(), Math.max(50, Math.min(options.idleInstance / 2, 10_000)));
    this.#sweeper.unref();
  }

  /** Runs one request. Throws ThrottledError, ClosedError. */
  async execute(runnable: Runnable, request: RunRequest): Promise<ExecutionResult> {
    const { requestId, event, patient, alias } = request;
    if (this.#closed) throw new ClosedError();
    // Nothing is awaited between the choice of the version and this: it cannot be retired in between.
    const deployment = this.#deploymentOf(runnable);
    deployment.users++;
    try {
      const { pool } = await deployment.ready;
      const { timeout: seconds } = runnable.version.settings;
      const timeout = seconds * 1000;
      const message = { requestId, traceId: randomUUID(), event, timeout, ...(alias === undefined ? {} : { alias }) };
      const run = await pool.run(message, patient);
      const result = resultOf(requestId, run, seconds);
      if (result.outcome === 'timeout' || result.outcome === 'crash')
        this.log(labelOf(runnable.fn), requestId, 'ERROR', result.payload);
      return result;
    } finally {
      deployment.users--;
      if (deployment.users === 0) deployment.unused?.();
    }
  }

  /** Ends the instances of a version as they become free, and forgets its code. */
  retire(id: string): void {
    const deployment = this.#deployments.get(id);
    if (!deployment) return;
    this.#deployments.delete(id);
    const drained = this.#drain(deployment).finally(() => this.#draining.delete(deployment));
    this.#draining.set(deployment, drained);
  }

  retireIdle(): void {
    for (const { pool } of this.#deployments.values()) pool?.retireIdle();
  }

  stats(labels: Iterable<string>): Record<string, { instances: number; busy: number }> {
    const stats = new Map([...labels].map((label) => [label, { instances: 0, busy: 0 }]));
    for (const { runnable, pool } of this.#deployments.values()) {
      const sum = stats.get(labelOf(runnable.fn));
      if (!sum || !pool) continue;
      sum.instances += pool.size;
      sum.busy += pool.busy;
    }
    return Object.fromEntries(stats);
  }

  log(key: string, requestId: string, level: LogLevel, text: string): void {
    this.#options.log({ time: this.#options.now(), function: key, requestId, level, text });
  }

  async close(grace: number): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    for (const id of [...this.#deployments.keys()]) this.retire(id);
    const draining = [...this.#draining];
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([Promise.all(draining.map(([, drained]) => drained)), passed]);
    clearTimeout(timer);
    await Promise.all(draining.map(([{ pool }]) => pool?.close()));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#draining.values());
  }

  #deploymentOf(runnable: Runnable): Deployment {
    const known = this.#deployments.get(runnable.version.revision);
    if (known) return known;
    const deployment: Deployment = {
      runnable,
      ready: this.#prepare(runnable).then(
        (ready) => {
          deployment.pool = ready.pool;
          return ready;
        },
        (error: unknown) => {
          // The next request tries again: the disk may have been full.
          if (this.#deployments.get(runnable.version.revision) === deployment)
            this.#deployments.delete(runnable.version.revision);
          throw error;
        },
      ),
      pool: undefined,
      users: 0,
      unused: undefined,
    };
    this.#deployments.set(runnable.version.revision, deployment);
    return deployment;
  }

  async #prepare({ fn, version, code }: Runnable): Promise<{ pool: Pool; codeRoot: string }> {
    const { dataDir, worker, projectId, maxInstances, maxWaiting, idleInstance, now, onProcess } = this.#options;
    const { settings, instances } = version;
    const label = labelOf(fn);
    const codeRoot = await unpackCode(dataDir, label, await code());
    const load: LoadMessage = {
      type: 'load',
      codeRoot,
      handler: settings.handler,
      ...(settings.initializer === undefined ? {} : { initializer: settings.initializer }),
      userData: { ...settings.userData, ...settings.encryptedUserData },
      responseBytes: LIMITS.responseBytes,
      logLineBytes: LIMITS.logLineBytes,
    };
    // -1 is the platform's way to say that there is no limit of the function's own.
    const limited = instances >= 0;
    const pool = new Pool({
      instance: {
        worker,
        load,
        memory: settings.memorySize,
        env: environment(fn, version, projectId, codeRoot),
        credentials: this.#credentials(settings.appXrole ?? settings.xrole),
        initializerTimeout: 1000 * (settings.initializerTimeout ?? DEFAULT_INITIALIZER_TIMEOUT),
        log: (requestId, level, text) => this.log(label, requestId, level, text),
        onProcess,
      },
      maxInstances: limited ? Math.min(instances, maxInstances) : maxInstances,
      maxWaiting: limited ? 0 : maxWaiting,
      idleInstance,
      now,
    });
    return { pool, codeRoot };
  }

  async #drain(deployment: Deployment): Promise<void> {
    // Ends what is idle now; what is busy ends after its request.
    const first = deployment.ready.then(
      ({ pool }) => pool.drain(),
      () => {},
    );
    if (deployment.users > 0) {
      await new Promise<void>((resolve) => {
        deployment.unused = resolve;
      });
    }
    await first;
    const ready = await deployment.ready.catch(() => undefined);
    if (!ready) return;
    await ready.pool.drain();
    await rm(ready.codeRoot, { recursive: true, force: true });
  }

  #credentials(agency: string | undefined): () => Credentials {
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
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
function environment(
  fn: StoredFunction,
  { name: version, settings }: Version,
  projectId: string,
  codeRoot: string,
): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    HOME: '/tmp',
    RUNTIME_PROJECT_ID: projectId,
    RUNTIME_FUNC_NAME: fn.name,
    RUNTIME_FUNC_VERSION: version,
    RUNTIME_PACKAGE: fn.package,
    RUNTIME_HANDLER: settings.handler,
    RUNTIME_TIMEOUT: String(settings.timeout),
    RUNTIME_USERDATA: JSON.stringify(settings.userData),
    // Millicores; the platform gives CPU in proportion to memory.
    RUNTIME_CPU: String(Math.round((settings.memorySize / 128) * 100)),
    RUNTIME_MEMORY: String(settings.memorySize),
    RUNTIME_MAX_RESP_BODY_SIZE: String(LIMITS.responseBytes),
    RUNTIME_INITIALIZER_HANDLER: settings.initializer ?? '',
    RUNTIME_INITIALIZER_TIMEOUT: String(settings.initializerTimeout ?? DEFAULT_INITIALIZER_TIMEOUT),
    RUNTIME_ROOT: codeRoot,
    RUNTIME_CODE_ROOT: codeRoot,
    RUNTIME_LOG_DIR: '/tmp',
  };
}

function resultOf(
  requestId: string,
  { execution, ...run }: { readonly execution: Execution; readonly cold: boolean; readonly duration: number },
  timeout: number,
): ExecutionResult {
  const common = { requestId, ...run };
  const failed = (error: ErrorBody) => ({ ...common, payload: JSON.stringify(error), error });
  const platformError = (errorType: string, errorMessage: string) =>
    failed({ errorMessage, errorType, stackTrace: [] });
  switch (execution.outcome) {
    case 'success':
      return { ...common, outcome: 'success', payload: execution.payload };
    case 'error':
      return { ...failed(execution.failure.body), outcome: 'error', code: execution.failure.code };
    case 'timeout': {
      const text = `function invocation timed out after ${timeout} seconds`;
      return { ...platformError('TimeoutError', text), outcome: 'timeout' };
    }
    case 'crash':
      return { ...platformError('RuntimeExit', `the function's process ${execution.reason}`), outcome: 'crash' };
  }
}
