import type { OmsConfig, selfInvocationVariables } from '#shared/config/oms.ts';
import { type ConfigOf, ConfigurationError } from '#shared/config/read.ts';
import { encodeStrictly } from '#shared/encoding/percent.ts';
import { AppError, DeadlineError } from '#shared/errors/base.ts';
import { field } from '#shared/events/fields.ts';
import { makeCall } from '#shared/http/call.ts';
import { contextOf } from '#shared/http/client-options.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { readRetryAfter } from '#shared/http/retry.ts';
import { type SignedCall, UnexpectedAnswer } from '#shared/http/signed-call.ts';
import { type Answer, Transport } from '#shared/http/transport.ts';
import { resolveEndpoint } from '#shared/oms/endpoint.ts';
import { signRequest } from '#shared/oms/sign.ts';
import { MissingCredentialsError } from './credentials.ts';
import type { Invocation } from './invocation.ts';

type Config = Pick<OmsConfig, 'region' | 'projectId' | 'accessKey' | 'secretKey'> &
  ConfigOf<typeof selfInvocationVariables>;

/** Milliseconds for an answer: the gateway waits longer, so that its client learns what has become of the request. */
const TIMEOUT = 10_000;
/** Milliseconds that are left of the invocation's time, so that the function can still answer. */
const RESERVE = 500;
/** Bytes of an answer, which has an id or an error. */
const MAX_BYTES = 64 * 1024;

/**
 * Escapes that stand as they are in the request line: the vendor's own clients send a URN so, `!` of an alias included, and sign
 * its encoded form.
 */
const LITERAL = /%3A|%21/g;
const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;
/** A code such as FSS.1126. */
const ERROR_CODE = /^[A-Z][A-Za-z]{1,15}\.\d{1,8}$/;

/** A request is right, and FunctionGraph has not confirmed the invocation that is to do the work. */
class RunNotAcceptedError extends AppError {
  override readonly name = 'RunNotAcceptedError';

  /** @param started whether the work may begin nevertheless */
  constructor(status: number, started: 'no' | 'unknown', reason: string, retryAfter?: number) {
    const state =
      started === 'no'
        ? 'No run was started'
        : 'It is not known whether a run was started, and a second one does no harm';
    super(status, `OmsSync.Run${started === 'no' ? 'NotStarted' : 'Uncertain'}`, `${state}: ${reason}`, {
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }

  override get publicMessage(): string {
    return this.message;
  }
}

/**
 * Has FunctionGraph invoke this function asynchronously: the alias that serves, or else the version that runs. It is
 * asked once, since a repeated request may start two runs.
 *
 * @returns the request id of that invocation
 * @throws RunNotAcceptedError, ConfigurationError, MissingCredentialsError, DeadlineError
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0126.html
 */
export async function invokeSelf(event: object, config: Config, invocation: Invocation): Promise<string> {
  const { region } = config;
  // The URN has it, whatever the endpoint is.
  if (region === undefined)
    throw new ConfigurationError([
      {
        path: 'OMS_REGION',
        rule: 'required',
        message: 'is missing (the region of the function, which invokes itself)',
      },
    ]);
  const endpoint = resolveEndpoint({
    endpoint: config.functionGraphEndpoint ?? `https://functiongraph.${region}.myhuaweicloud.com`,
  });
  const projectId = invocation.projectId ?? config.projectId;
  const urn = encodeStrictly(urnOf(region, projectId, invocation));
  const path = `${endpoint.basePath}/v2/${projectId}/fgs/functions/${urn}/invocations-async`;
  const body = JSON.stringify(event);
  const headers = { 'content-type': 'application/json', 'x-project-id': projectId };
  const call: SignedCall<KeyPair, string> = {
    repeatable: false,
    documented: [202],
    credentials: () => credentialsOf(config, invocation),
    sign: (credentials, now) => ({
      method: 'POST',
      target: path.replace(LITERAL, decodeURIComponent),
      headers: signRequest({ method: 'POST', path, body, host: endpoint.host, headers }, credentials, new Date(now)),
      body,
      maxBytes: MAX_BYTES,
    }),
    read: (answer) => {
      const requestId = field(parse(answer), 'request_id');
      if (typeof requestId === 'string' && REQUEST_ID.test(requestId)) return requestId;
      throw new UnexpectedAnswer('has no request id');
    },
    refused: (answer) => ({ error: refusalOf(answer), retryable: false }),
    unexpected: (_failure, answer) => refusalOf(answer),
    lost: ({ kind, reason, sent }, { attempts }) => {
      if (attempts === 0) return new DeadlineError();
      const started = sent ? 'unknown' : 'no';
      return kind === 'timeout' || kind === 'deadline'
        ? new RunNotAcceptedError(504, started, 'FunctionGraph did not answer in time.')
        : new RunNotAcceptedError(502, started, `there was no complete answer of FunctionGraph (${reason}).`);
    },
  };
  const deadline = () => invocation.remainingTime - RESERVE;
  return await makeCall(call, contextOf({ deadline, timeoutMs: TIMEOUT, maxAttempts: 1 }, new Transport(endpoint)));
}

/** The agency's own, which FunctionGraph knows; keys among the variables may be of another project. */
function credentialsOf({ accessKey, secretKey }: Config, { temporaryCredentials, log }: Invocation) {
  if (temporaryCredentials) {
    log.conceal(Object.values(temporaryCredentials));
    return temporaryCredentials;
  }
  if (accessKey === undefined || secretKey === undefined) throw new MissingCredentialsError();
  return { accessKey, secretKey };
}

function urnOf(region: string, projectId: string, invocation: Invocation): string {
  const { functionName, packageName = 'default', alias, functionVersion } = invocation;
  if (functionName === undefined)
    throw new RunNotAcceptedError(502, 'no', 'the platform does not tell the function its name.');
  // Retries and failure destination are those of alias and version alike: a deployment sets them for both.
  const qualifier = alias === undefined ? functionVersion : `!${alias}`;
  return ['urn:fss', region, projectId, 'function', packageName, functionName, ...(qualifier ? [qualifier] : [])].join(
    ':',
  );
}

/** An asynchronous invocation is accepted with 202 and its id; nothing else is a success. */
function refusalOf(answer: Answer): RunNotAcceptedError {
  const { status, headers } = answer;
  const code = field(parse(answer), 'error_code');
  const answered = `FunctionGraph answered ${status}${typeof code === 'string' && ERROR_CODE.test(code) ? ` ${code}` : ''}`;
  const retryAfter = readRetryAfter(headers['retry-after'], Date.now());
  if (status === 401 || status === 403) {
    const needs = 'Its agency needs functiongraph:function:invokeAsync: docs/reference/permissions.md.';
    return new RunNotAcceptedError(502, 'no', `${answered} to the function that invokes itself. ${needs}`);
  }
  if (status === 429) return new RunNotAcceptedError(503, 'no', `${answered}, too many requests.`, retryAfter);
  if (status >= 400 && status < 500)
    return new RunNotAcceptedError(502, 'no', `${answered} to the function that invokes itself.`);
  // A gateway also answers so when it lost the service midway.
  const reason = `${answered}, where 202 is documented.`;
  return new RunNotAcceptedError(status === 503 ? 503 : 502, 'unknown', reason, retryAfter);
}

function parse({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
