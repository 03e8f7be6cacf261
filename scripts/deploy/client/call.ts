import { encodeStrictly } from '#shared/encoding/percent.ts';
import { makeCall } from '#shared/http/call.ts';
import type { CallContext } from '#shared/http/client-options.ts';
import { systemClock } from '#shared/http/clock.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { HEADER_SAFE, type KeyPair, secretsOf, unusablePart } from '#shared/http/key-pair.ts';
import { readRetryAfter } from '#shared/http/retry.ts';
import { scrub } from '#shared/http/scrub.ts';
import { type Loss, type Refusal, type SignedCall, UnexpectedAnswer } from '#shared/http/signed-call.ts';
import { type Answer, Transport } from '#shared/http/transport.ts';
import { encodeQuery, signRequest } from '#shared/oms/sign.ts';
import { AbortedError, CredentialsError, MalformedAnswerError, RefusedError, UnreachableError } from '../errors.ts';
import type { DeployTarget } from '../types.ts';
import { conceal, holdsSecret, parse, readConcealed } from './conceal.ts';
import { readEndpoint } from './endpoint.ts';
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
  /** Body, sent as JSON. */
  readonly body?: unknown;
  /**
   * Whether sending the call twice does what sending it once does. Otherwise it is sent again only where the service
   * cannot have received it, or did nothing (429).
   */
  readonly repeatable: boolean;
  /** Milliseconds for an answer. */
  readonly timeout?: number;
  /** Texts of the body that must not be in an error, even where the service repeats them. */
  readonly secrets?: readonly string[];
  /** The answer is what a function returned, which may look like an error of the service. */
  readonly carriesResult?: boolean;
  /** Called before every attempt. */
  readonly onAttempt?: () => void;
}

export interface Success {
  readonly status: number;
  /** The body, without credentials of ours. */
  readonly text: string;
  /** Parsed `text`; undefined where it is not JSON. */
  readonly json: unknown;
  readonly requestId: string | undefined;
  readonly headers: Answer['headers'];
}

/**
 * Escapes that the request line does not have: the vendor's own clients send a URN unencoded, `!` of an alias included,
 * and sign its encoded form.
 */
const LITERAL = /%3A|%21/g;

/** Makes signed calls to one service of one project. A command has one, which keeps its connections. */
export class Caller {
  readonly #endpoint: Endpoint;
  readonly #context: CallContext;
  readonly #target: DeployTarget;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param setting name of the address where it was set
   * @throws DeployError where the address cannot be used
   */
  constructor(
    target: DeployTarget,
    options: { readonly address: string; readonly setting: string; readonly signal?: AbortSignal | undefined },
  ) {
    this.#endpoint = readEndpoint(options.setting, options.address);
    const clock = target.clock ?? systemClock;
    this.#context = {
      sender: target.connect?.(this.#endpoint) ?? new Transport(this.#endpoint),
      deadline: () => Number.POSITIVE_INFINITY,
      timeout: CALL_LIMITS.timeout,
      maxAttempts: CALL_LIMITS.maxAttempts,
      now: () => clock.now(),
      random: () => clock.random(),
      sleep: (milliseconds) => sleepUnlessAborted(() => clock.sleep(milliseconds), options.signal),
    };
    this.#target = target;
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
    const secrets = (keyPair: KeyPair): string[] => [...secretsOf(keyPair), ...(call.secrets ?? [])];
    const signed: SignedCall<KeyPair, Success> = {
      repeatable: call.repeatable,
      credentials: () => {
        if (this.#signal?.aborted) throw new AbortedError();
        const credentials = checked(this.#target.credentials());
        call.onAttempt?.();
        return credentials;
      },
      sign: (credentials, now) => this.#sign(call, body, credentials, now),
      read: (answer, { credentials }) => readSuccess(call, answer, secrets(credentials)),
      refused: (answer, { credentials }) => refused(call, answer, secrets(credentials), this.#context.now()),
      unexpected: (failure, { status, headers }, { credentials }) => {
        if (!(failure instanceof UnexpectedAnswer)) throw failure;
        const requestId = requestIdOf(headers, secrets(credentials));
        return new MalformedAnswerError({ operation: call.operation, status, requestId }, failure.message);
      },
      lost: (loss) => lost(call, loss, this.#endpoint.host),
    };
    return makeCall(signed, { ...this.#context, timeout: call.timeout ?? CALL_LIMITS.timeout });
  }

  #sign(call: Call, body: string, credentials: KeyPair, now: number) {
    const { method, query } = call;
    const path = `/${call.path.map(encodeStrictly).join('/')}`;
    const headers = signRequest(
      {
        method,
        path,
        query,
        body,
        host: this.#endpoint.host,
        headers: { 'content-type': 'application/json', 'x-project-id': this.#target.projectId, ...call.headers },
      },
      credentials,
      new Date(now),
    );
    const search = query === undefined || query.length === 0 ? '' : `?${encodeQuery(query)}`;
    const target = path.replace(LITERAL, decodeURIComponent) + search;
    const { responseBytes: maxBytes, errorBytes: maxErrorBytes } = CALL_LIMITS;
    return { method, target, headers, body, maxBytes, maxErrorBytes };
  }
}

/** @throws CredentialsError for a part that cannot be sent; Node's own error would repeat it */
function checked(credentials: KeyPair): KeyPair {
  if (unusablePart(credentials) !== undefined || !HEADER_SAFE.test(credentials.secretKey))
    throw new CredentialsError('The credentials are empty, or hold characters that no key has.');
  return credentials;
}

function readSuccess(call: Call, { status, headers, body }: Answer, secrets: readonly string[]): Success {
  const text = body.toString('utf8');
  const { code } = readErrorBody(text, secrets);
  if (code !== undefined && !call.carriesResult)
    throw new UnexpectedAnswer(`is an error with a status of success: ${code}`);
  const json = readConcealed(text, secrets);
  return { status, text: conceal(text, secrets), json, requestId: requestIdOf(headers, secrets), headers };
}

function refused(
  { operation }: Call,
  { status, headers, body }: Answer,
  secrets: readonly string[],
  now: number,
): Refusal {
  const { code, message, requestId = requestIdOf(headers, secrets) } = readErrorBody(body.toString('utf8'), secrets);
  const error = new RefusedError(code ?? `HTTP.${status}`, message, { operation, status, requestId });
  return { error, retryable: status === 429 || status >= 500, retryAfter: readRetryAfter(headers['retry-after'], now) };
}

function lost({ operation, method }: Call, { kind, reason, status, sent, cause }: Loss, host: string): Error {
  if (kind === 'too_large' || kind === 'malformed')
    return new MalformedAnswerError({ operation, status, requestId: undefined }, reason);
  return new UnreachableError(operation, host, reason, method !== 'GET' && sent, cause);
}

/** Sleeps until the time is over or the signal comes. */
async function sleepUnlessAborted(sleep: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return sleep();
  let stop: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([sleep(), aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** Form of the service's request ids; other text is not shown. */
const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;
/** Matches FSS.1051, APIGW.0301, LTS.0208, … */
const ERROR_CODE = /^(?=.{1,64}$)[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+$/;

function requestIdOf(headers: Answer['headers'], secrets: readonly string[]): string | undefined {
  const values = [headers['x-request-id'], headers['x-cff-request-id']];
  return values.map((value) => shown(value, REQUEST_ID, secrets)).find((value) => value !== undefined);
}

/** @returns the text where it has the form and holds none of our credentials, which may have the same form */
function shown(value: unknown, form: RegExp, secrets: readonly string[]): string | undefined {
  return typeof value === 'string' && form.test(value) && !holdsSecret(value, secrets) ? value : undefined;
}

interface ErrorBody {
  readonly code: string | undefined;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** Reads `{error_code, error_msg, request_id}` or IAM's `{error: {code, message}}`; other bodies yield nothing. */
function readErrorBody(text: string, secrets: readonly string[]): ErrorBody {
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
