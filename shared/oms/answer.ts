import { readRetryAfter } from '#shared/http/retry.ts';
import { readRequestId, scrub } from '#shared/http/scrub.ts';
import { OmsMalformedResponseError, OmsResponseError } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  readonly requestId: string | undefined;
}

/** "Internal server error", which the vendor's list has with status 400. */
const INTERNAL_ERROR_CODE = 'OMS.1001';

/**
 * Codes that refuse the credentials, whichever status they come with: token or signature wrong, missing or expired.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ErrorCode.html
 */
const CREDENTIAL_CODES = new Set([
  'OMS.0068',
  'OMS.1005',
  'APIGW.0301',
  'APIGW.0303',
  'APIGW.0305',
  'APIGW.0306',
  'APIGW.0307',
]);

/** Statuses that are passed on to our own caller. */
const KEPT_STATUSES: ReadonlyMap<number, string> = new Map([
  [400, 'OMS refused the request.'],
  [403, 'OMS did not permit the request.'],
  [404, 'OMS does not know the sync task.'],
  [429, 'OMS receives too many requests.'],
  [503, 'OMS is not available at the moment.'],
]);

const ERROR_CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/**
 * Makes the error of an answer outside 2xx. Bodies that are not OMS's JSON (HTML of a proxy, `null`, nothing) say no
 * more than their status.
 *
 * @param secrets of the call, which the gateway may repeat
 * @param now milliseconds since the epoch
 * @param afterUncertain whether an earlier attempt of the call may have done its work
 */
export function toResponseError(
  answer: Answer,
  secrets: readonly string[],
  attempts: number,
  now: number,
  afterUncertain = false,
): OmsResponseError {
  const { status } = answer;
  const { code, text } = readErrorBody(answer.body, secrets);
  const refusesCredentials = status === 401 || (code !== undefined && CREDENTIAL_CODES.has(code));
  // The code adds nothing to a status that says more, for example 503.
  const isInternal = code === INTERNAL_ERROR_CODE && status < 500;
  const fields = {
    omsStatus: status,
    omsErrorCode: code,
    omsErrorMsg: text,
    requestId: readRequestId(answer.requestId, secrets),
    attempts,
    afterUncertain,
    retryable: status === 429 || status >= 500 || isInternal,
    retryAfter: readRetryAfter(answer.retryAfter, now),
  };
  const message = `OMS answered ${status}${code === undefined ? '' : ` ${code}`}${text === undefined ? '.' : `: ${text}`}`;
  if (refusesCredentials) {
    // The gateway writes "signature expired, signature time: ..., server time: ..." with the code of wrong keys.
    const isLate = text !== undefined && /signature expired|server time/i.test(text);
    const publicMessage = isLate
      ? "OMS refused the time of the signature: set the function's clock; the keys are not the cause."
      : "OMS refused the function's credentials.";
    return new OmsResponseError(502, 'OmsSync.OmsRefusedCredentials', message, publicMessage, fields);
  }
  // The gateway does not know the path, which says nothing about the task: not every region has every operation.
  if (status === 404 && code?.startsWith('APIGW.')) {
    const publicMessage = 'The gateway of OMS does not know this operation: the region or the endpoint may be wrong.';
    return new OmsResponseError(502, 'OmsSync.OmsOperationUnknown', message, publicMessage, fields);
  }
  const kept = KEPT_STATUSES.get(status);
  // An internal error is not the caller's mistake, although OMS answers 400.
  if (kept === undefined || isInternal)
    return new OmsResponseError(502, 'OmsSync.OmsFailed', message, 'OMS failed to process the request.', fields);
  const publicMessage = text === undefined ? kept : `${kept} ${text}`;
  return new OmsResponseError(status, code ?? 'OmsSync.OmsRefused', message, publicMessage, fields);
}

/**
 * Makes the error of a 2xx answer that is not the documented one. Nobody knows what OMS did.
 *
 * @param secrets of the call
 * @param reason continues `The answer of OMS ...`
 */
export function toUnexpectedAnswer(
  answer: Answer,
  secrets: readonly string[],
  attempts: number,
  reason: string,
): OmsMalformedResponseError {
  const { code, text } = readErrorBody(answer.body, secrets);
  return new OmsMalformedResponseError(code === undefined ? reason : `${reason}: ${code}`, {
    omsStatus: answer.status,
    omsErrorCode: code,
    omsErrorMsg: text,
    requestId: readRequestId(answer.requestId, secrets),
    attempts,
    retryable: true,
  });
}

function readErrorBody(
  body: string,
  secrets: readonly string[],
): { readonly code: string | undefined; readonly text: string | undefined } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // The body is not OMS's JSON.
  }
  if (typeof parsed !== 'object' || parsed === null) return { code: undefined, text: undefined };
  const code: unknown = Reflect.get(parsed, 'error_code');
  const text: unknown = Reflect.get(parsed, 'error_msg');
  const scrubbed = typeof text === 'string' ? scrub(text, secrets) : '';
  return {
    code: typeof code === 'string' && ERROR_CODE.test(code) && scrub(code, secrets) === code ? code : undefined,
    text: scrubbed === '' ? undefined : scrubbed,
  };
}
