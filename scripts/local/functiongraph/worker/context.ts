import type { Credentials, LogLevel } from './protocol.ts';

interface ContextOptions {
  readonly requestId?: string;
  readonly traceId?: string;
  readonly alias?: string;
  readonly timeout: number;
  readonly credentials: Credentials;
  readonly userData: Readonly<Record<string, string>>;
  readonly log: (level: LogLevel, text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
}

const LEVELS: Readonly<Record<string, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The logger of `context.getLogger()`: debug is suppressed until `setLevel('debug')`. */
export class Logger {
  readonly #log: ContextOptions['log'];
  #level = 1;

  constructor(log: ContextOptions['log']) {
    this.#log = log;
  }

  setLevel(level: string): void {
    this.#level = LEVELS[String(level).toLowerCase()] ?? this.#level;
  }
  debug(...values: unknown[]): void {
    this.#write(0, 'DEBUG', values);
  }
  info(...values: unknown[]): void {
    this.#write(1, 'INFO', values);
  }
  warn(...values: unknown[]): void {
    this.#write(2, 'WARN', values);
  }
  error(...values: unknown[]): void {
    this.#write(3, 'ERROR', values);
  }

  #write(rank: number, level: LogLevel, values: readonly unknown[]): void {
    if (rank < this.#level) return;
    const text = values
      .map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))))
      .join(' ');
    this.#log(level, text);
  }
}

/**
 * The second argument of a handler and the first of an initializer.
 * @see https://support.huaweicloud.com/intl/en-us/devg-functiongraph/functiongraph_02_0410.html
 */
export class Context {
  readonly requestID: string | undefined;
  readonly invokeID: string | undefined;
  readonly traceID: string | undefined;
  readonly alias: string;
  readonly timeout: number;
  readonly startTime: number;
  readonly #options: ContextOptions;
  readonly #logger: Logger;

  constructor(options: ContextOptions) {
    this.#options = options;
    this.#logger = new Logger(options.log);
    this.requestID = options.requestId;
    this.invokeID = options.requestId;
    this.traceID = options.traceId;
    this.alias = options.alias ?? '';
    this.timeout = options.timeout;
    this.startTime = options.now();
  }

  getRequestID(): string | undefined {
    return this.requestID;
  }
  getRemainingTimeInMilliSeconds(): number {
    return Math.max(0, this.timeout - (this.#options.now() - this.startTime));
  }
  /** The function's timeout; milliseconds in spite of its name. */
  getRunningTimeInSeconds(): number {
    return this.timeout;
  }
  getUserData(key: string): string | undefined {
    return Object.hasOwn(this.#options.userData, key) ? this.#options.userData[key] : undefined;
  }
  getFunctionName(): string {
    return this.#variable('RUNTIME_FUNC_NAME');
  }
  getVersion(): string {
    return this.#variable('RUNTIME_FUNC_VERSION');
  }
  getPackage(): string {
    return this.#variable('RUNTIME_PACKAGE');
  }
  getProjectID(): string {
    return this.#variable('RUNTIME_PROJECT_ID');
  }
  getAlias(): string {
    return this.alias;
  }
  getMemorySize(): string {
    return this.#variable('RUNTIME_MEMORY');
  }
  getCPUNumber(): string {
    return this.#variable('RUNTIME_CPU');
  }
  /** No longer maintained by the vendor: "cannot be used". */
  getAccessKey(): string {
    return '';
  }
  /** No longer maintained by the vendor: "cannot be used". */
  getSecretKey(): string {
    return '';
  }
  getSecurityAccessKey(): string {
    return this.#options.credentials.securityAccessKey;
  }
  getSecuritySecretKey(): string {
    return this.#options.credentials.securitySecretKey;
  }
  getSecurityToken(): string {
    return this.#options.credentials.securityToken;
  }
  /** An IAM token; the local cloud has no IAM that would accept one. */
  getToken(): string {
    return '';
  }
  getLogger(): Logger {
    return this.#logger;
  }
  getWorkflowID(): string {
    return '';
  }
  getWorkflowRunID(): string {
    return '';
  }
  getWorkflowStateID(): string {
    return '';
  }

  #variable(name: string): string {
    return this.#options.env[name] ?? '';
  }
}
