import type { KeyPair } from '#shared/http/key-pair.ts';

/**
 * The context object that FunctionGraph passes to a Node.js handler.
 *
 * Methods as documented, plus those that only the runtime's source has (the workflow ids). Every member is
 * optional here: a console test, another runtime revision or a local runner may leave any of them out.
 *
 * @see https://support.huaweicloud.com/intl/en-us/devg-functiongraph/functiongraph_02_0410.html
 */
export interface FunctionGraphContext {
  getRequestID?(): string;
  /** Milliseconds. */
  getRemainingTimeInMilliSeconds?(): number;
  /** Documented as the timeout in seconds; the runtime returns milliseconds. */
  getRunningTimeInSeconds?(): number;
  /** Plain and encrypted variables of the function. */
  getUserData?(key: string): string | undefined;
  getFunctionName?(): string;
  getVersion?(): string;
  getPackage?(): string;
  getProjectID?(): string;
  getAlias?(): string;
  getMemorySize?(): string | number;
  getCPUNumber?(): string | number;
  /** No longer maintained by the platform; do not use. */
  getAccessKey?(): string;
  getSecretKey?(): string;
  /** Temporary credentials of the function's agency; an empty string without an agency. */
  getSecurityAccessKey?(): string;
  getSecuritySecretKey?(): string;
  getSecurityToken?(): string;
  /** IAM token of the function's agency, valid for 24 hours. */
  getToken?(): string;
  getLogger?(): FunctionGraphLogger;
  getWorkflowID?(): string;
  getWorkflowRunID?(): string;
  getWorkflowStateID?(): string;
  readonly requestID?: string;
  readonly invokeID?: string;
  readonly traceID?: string;
  readonly alias?: string;
  /** Seconds, as configured. */
  readonly timeout?: number;
  /** Milliseconds since the epoch. */
  readonly startTime?: number;
}

interface FunctionGraphLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  setLevel?(level: string): void;
}

/** Temporary credentials of the function's agency. Valid for 24 hours; read them afresh on every invocation. */
export type TemporaryCredentials = KeyPair & { readonly securityToken: string };

/** setTimeout fires at once for anything longer, https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One invocation, as the rest of this project sees it: the platform's context, tolerant of whatever is absent.
 * Nothing is cached: every read asks the platform again, so that no credential outlives its invocation.
 */
export class RuntimeContext {
  readonly #raw: FunctionGraphContext;
  /**
   * The name under which middy looks for the remaining time, milliseconds. Undefined where the platform does not
   * tell, which turns middy's early timeout off.
   */
  readonly getRemainingTimeInMillis: (() => number) | undefined;

  constructor(raw: unknown) {
    this.#raw = typeof raw === 'object' && raw !== null ? raw : {};
    this.getRemainingTimeInMillis = Number.isFinite(this.remainingTime)
      ? () => Math.min(this.remainingTime, LONGEST_TIMER_MS)
      : undefined;
  }

  get requestId(): string | undefined {
    return this.#text('getRequestID') ?? nonEmpty(this.#raw.requestID);
  }

  /** Milliseconds until the platform ends the invocation; Infinity where it does not tell. */
  get remainingTime(): number {
    const value = this.#call('getRemainingTimeInMilliSeconds');
    const milliseconds = typeof value === 'string' && value !== '' ? Number(value) : value;
    return typeof milliseconds === 'number' && !Number.isNaN(milliseconds) ? milliseconds : Number.POSITIVE_INFINITY;
  }

  /**
   * A variable of the function, plain or encrypted. An empty one counts as absent: serverless.yml writes an empty
   * text where the deployer set nothing.
   */
  variable(name: string): string | undefined {
    return nonEmpty(this.#call('getUserData', name));
  }

  get functionName(): string | undefined {
    return this.#text('getFunctionName');
  }

  get functionVersion(): string | undefined {
    return this.#text('getVersion');
  }

  get packageName(): string | undefined {
    return this.#text('getPackage');
  }

  get projectId(): string | undefined {
    return this.#text('getProjectID');
  }

  get alias(): string | undefined {
    return this.#text('getAlias') ?? nonEmpty(this.#raw.alias);
  }

  /** All three parts, or undefined when the function has no agency. */
  get temporaryCredentials(): TemporaryCredentials | undefined {
    const accessKey = this.#text('getSecurityAccessKey');
    const secretKey = this.#text('getSecuritySecretKey');
    const securityToken = this.#text('getSecurityToken');
    return accessKey && secretKey && securityToken ? { accessKey, secretKey, securityToken } : undefined;
  }

  get token(): string | undefined {
    return this.#text('getToken');
  }

  #call(method: keyof FunctionGraphContext, ...args: string[]): unknown {
    const found: unknown = this.#raw[method];
    if (typeof found !== 'function') return undefined;
    try {
      return found.apply(this.#raw, args) ?? undefined;
    } catch {
      // A context that fails to tell is treated like one that does not know.
      return undefined;
    }
  }

  #text(method: keyof FunctionGraphContext): string | undefined {
    return nonEmpty(this.#call(method));
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
