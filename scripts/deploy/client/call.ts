import { type Clock, systemClock } from '#shared/http/clock.ts';
import { backoff, readRetryAfter } from '#shared/http/retry.ts';
import { scrub } from '#shared/http/scrub.ts';
import {
  type Answer,
  isNotHttp,
  isTlsRefusal,
  type Sender,
  Transport,
  TransportFailure,
} from '#shared/http/transport.ts';
import { encodePathSegment, encodeQuery, signRequest } from '#shared/oms/sign.ts';
import { AbortedError, CredentialsError, MalformedAnswerError, RefusedError, UnreachableError } from '../errors.ts';
import type { Credentials, DeployTarget } from '../types.ts';
import { conceal, holdsSecret, readConcealed } from './conceal.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';
import { CALL_LIMITS } from './limits.ts';

/** One operation of the API, with its arguments. */
export interface Call {
  /** Its name in the vendor's reference, for errors. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments of the path, not encoded. */
  readonly path: readonly string[];
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: unknown;
  /**
   * Whether sending it twice does what sending it once does. What is not repeatable is sent again only where the
   * service cannot have received it, or said that it did nothing (429).
   */
  readonly repeatable: boolean;
  /** Milliseconds for an answer. */
  readonly timeout?: number;
  /** Texts of the body that must not be in an error, even where the service repeats them. */
  readonly secrets?: readonly string[];
  /** The answer is what a function returned, which may look like an error of the service. */
  readonly carriesResult?: boolean;
  /** Told of every attempt before it is made. */
  readonly onAttempt?: () => void;
}

export interface Success {
  readonly status: number;
  /** The body, without credentials of ours. */
  readonly text: string;
  /** The same, parsed; undefined where it is not JSON. */
  readonly json: unknown;
  readonly requestId: string | undefined;
  readonly headers: Answer['headers'];
}

/**
 * What stands as it is in the request line: the vendor's own clients send a URN so, `!` of an alias included, and sign
 * its encoded form.
 */
const LITERAL = /%3A|%21/g;

/** Signed calls to one service of one project. One per command: its connections are kept. */
export class Caller {
  readonly #endpoint: Endpoint;
  readonly #sender: Sender;
  readonly #target: DeployTarget;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param setting what the address is called where it was set
   * @throws DeployError where the address is none
   */
  constructor(
    target: DeployTarget,
    options: { readonly address: string; readonly setting: string; readonly signal?: AbortSignal | undefined },
  ) {
    this.#endpoint = readEndpoint(options.setting, options.address);
    this.#sender = target.connect?.(this.#endpoint) ?? new Transport(this.#endpoint);
    this.#target = target;
    this.#clock = target.clock ?? systemClock;
    this.#signal = options.signal;
  }

  /**
   * Makes a call: attempts, each signed afresh, until one succeeds, none can help, or there were enough.
   *
   * @throws AbortedError before an attempt, never during one
   * @throws RefusedError | UnreachableError | MalformedAnswerError | CredentialsError
   */
  async call(call: Call): Promise<Success> {
    const body = call.body === undefined ? '' : JSON.stringify(call.body);
    // Of a kept connection that breaks nobody can say whether the request had arrived.
    let freshConnection = !call.repeatable;
    for (let attempt = 1; ; attempt += 1) {
      if (this.#signal?.aborted) throw new AbortedError();
      const credentials = this.#credentials();
      call.onAttempt?.();
      const outcome = await this.#attempt(call, body, credentials, freshConnection);
      if ('success' in outcome) return outcome.success;
      if (!outcome.again || attempt >= CALL_LIMITS.maxAttempts) throw outcome.error;
      freshConnection ||= outcome.stale;
      const wait = outcome.stale ? 0 : backoff(attempt, this.#clock.random(), outcome.retryAfter);
      if ((outcome.retryAfter ?? 0) * 1000 > CALL_LIMITS.retryAfterCap) throw outcome.error;
      if (wait > 0) await this.#pause(wait);
    }
  }

  #credentials(): Credentials {
    const credentials = this.#target.credentials();
    for (const part of [credentials.accessKey, credentials.secretKey, credentials.securityToken ?? 'x']) {
      // They become header values: anything else would be refused by Node with a message that repeats them.
      if (!/^[\x21-\x7e]+$/.test(part))
        throw new CredentialsError('The credentials are empty, or hold characters that no key has.');
    }
    return credentials;
  }

  async #attempt(call: Call, body: string, credentials: Credentials, freshConnection: boolean): Promise<Outcome> {
    const now = this.#clock.now();
    const path = `/${call.path.map(encodePathSegment).join('/')}`;
    const query = call.query === undefined || call.query.length === 0 ? '' : `?${encodeQuery(call.query)}`;
    const headers = signRequest(
      {
        method: call.method,
        path,
        query: call.query,
        body,
        host: this.#endpoint.host,
        headers: { 'content-type': 'application/json', 'x-project-id': this.#target.projectId, ...call.headers },
      },
      credentials,
      new Date(now),
    );
    try {
      const answer = await this.#sender.send({
        method: call.method,
        target: path.replace(LITERAL, decodeURIComponent) + query,
        headers,
        body,
        timeout: call.timeout ?? CALL_LIMITS.timeout,
        freshConnection,
        maxBytes: CALL_LIMITS.responseBytes,
        maxErrorBytes: CALL_LIMITS.errorBytes,
      });
      return this.#judge(call, answer, credentials);
    } catch (failure) {
      if (!(failure instanceof TransportFailure)) throw failure;
      return this.#lost(call, failure);
    }
  }

  #judge(call: Call, answer: Answer, credentials: Credentials): Outcome {
    const { status, headers } = answer;
    const secrets = [...secretsOf(credentials), ...(call.secrets ?? [])];
    const requestId = requestIdOf(headers, secrets);
    const body = answer.body.toString('utf8');
    if (status >= 200 && status <= 299) {
      const json = readConcealed(body, secrets);
      const { code } = readRefusal(body, secrets);
      if (code !== undefined && !call.carriesResult) {
        const failure = { operation: call.operation, status, requestId };
        const error = new MalformedAnswerError(failure, `is an error with a status of success: ${code}`);
        return { error, again: call.repeatable, stale: false, retryAfter: undefined };
      }
      return { success: { status, text: conceal(body, secrets), json, requestId, headers } };
    }
    const refusal = readRefusal(body, secrets);
    const error = new RefusedError(refusal.code ?? `HTTP.${status}`, refusal.message, {
      operation: call.operation,
      status,
      requestId: refusal.requestId ?? requestId,
    });
    const retryAfter = readRetryAfter(headers['retry-after'], this.#clock.now());
    // Throttled is turned away before it is looked at; of any other failure of the server nobody knows what was done.
    const again = status === 429 || (status >= 500 && call.repeatable);
    return { error, again, stale: false, retryAfter };
  }

  #lost(call: Call, failure: TransportFailure): Outcome {
    const { host } = this.#endpoint;
    if (failure.kind === 'too_large' || isNotHttp(failure.code)) {
      const { operation } = call;
      const problem = failure.kind === 'too_large' ? 'is too large' : 'is not HTTP';
      const error = new MalformedAnswerError({ operation, status: failure.status, requestId: undefined }, problem);
      return { error, again: false, stale: false, retryAfter: undefined };
    }
    const maybeDone = call.method !== 'GET' && failure.sent;
    const error = new UnreachableError(call.operation, host, failure.code, maybeDone, failure);
    const again = !isTlsRefusal(failure.code) && (call.repeatable || !failure.sent);
    return { error, again, stale: failure.stale && call.repeatable, retryAfter: undefined };
  }

  /** Waits, not longer than until the signal. */
  async #pause(milliseconds: number): Promise<void> {
    const signal = this.#signal;
    if (!signal) return this.#clock.sleep(milliseconds);
    let stop: (() => void) | undefined;
    const aborted = new Promise<void>((resolve) => {
      stop = resolve;
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([this.#clock.sleep(milliseconds), aborted]);
    } finally {
      if (stop) signal.removeEventListener('abort', stop);
    }
  }
}

type Outcome =
  | { readonly success: Success }
  | {
      readonly error: RefusedError | UnreachableError | MalformedAnswerError;
      /** Whether the same call may be made again now. */
      readonly again: boolean;
      /** The connection had been closed while it was idle. */
      readonly stale: boolean;
      /** Seconds. */
      readonly retryAfter: number | undefined;
    };

/** Texts that nobody is to see. */
export function secretsOf({ accessKey, secretKey, securityToken }: Credentials): string[] {
  return [secretKey, accessKey, ...(securityToken ? [securityToken] : [])];
}

/** A request id as the service writes it; what is anything else is not shown. */
const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;
/** FSS.1051, APIGW.0301, LTS.0208, … */
const ERROR_CODE = /^(?=.{1,64}$)[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+$/;

function requestIdOf(headers: Answer['headers'], secrets: readonly string[]): string | undefined {
  const values = [headers['x-request-id'], headers['x-cff-request-id']];
  return values.map((value) => shown(value, REQUEST_ID, secrets)).find((value) => value !== undefined);
}

/** A text of the form that it is to have, unless it is one of our credentials, which have the same form. */
function shown(value: unknown, form: RegExp, secrets: readonly string[]): string | undefined {
  return typeof value === 'string' && form.test(value) && !holdsSecret(value, secrets) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface Refusal {
  readonly code: string | undefined;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** `{error_code, error_msg, request_id}`; IAM's `{error: {code, message}}`; of anything else, nothing is shown. */
function readRefusal(text: string, secrets: readonly string[]): Refusal {
  const fields = recordOf(parse(text));
  const inner = recordOf(fields['error']);
  const code = fields['error_code'] ?? inner['code'];
  const message = fields['error_msg'] ?? fields['error_message'] ?? inner['message'];
  return {
    code: shown(code, ERROR_CODE, secrets),
    message: typeof message === 'string' ? scrub(message, secrets) : '',
    requestId: shown(fields['request_id'], REQUEST_ID, secrets),
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
