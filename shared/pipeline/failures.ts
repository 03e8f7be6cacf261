import { AppError } from '#shared/errors/base.ts';
import { OmsResponseError } from '#shared/oms/errors.ts';
import { FAILURES, type FailureCode, type FailureKind } from './failure-kinds.ts';

export { FAILURES, type FailureCode, type FailureKind } from './failure-kinds.ts';

/** An answer of OMS, or of the gateway in front of it, and the failure that it is. Absent fields match everything. */
export interface AnswerRow {
  /** First and last HTTP status. */
  readonly statuses?: readonly [first: number, last: number];
  /**
   * Values of `error_code`; `APIGW.*` stands for every code of that family. `S3M.` is what older answers have in place
   * of `OMS.` (oms_api_0025), and is not listed.
   */
  readonly codes?: readonly string[];
  readonly failure: FailureCode;
}

/**
 * Meanings of answers; the first row that matches counts. Nearly everything has status 400, so the code tells what a
 * 400 is about. No page says which codes sync tasks get: a code stands here for what the list says of it in general.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ErrorCode.html
 * @see https://support.huaweicloud.com/oms_faq/oms_faq__errorcode_0000.html for TRF, why an object was not transferred
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig_03_0048.html for APIGW
 */
export const ANSWERS: readonly AnswerRow[] = [
  {
    codes: ['OMS.0068', 'OMS.1005', 'APIGW.0301', 'APIGW.0303', 'APIGW.0305', 'APIGW.0306', 'APIGW.0307'],
    failure: 'OmsSync.CredentialsRefused',
  },
  { statuses: [401, 401], failure: 'OmsSync.CredentialsRefused' },
  { statuses: [429, 429], failure: 'OmsSync.OmsThrottled' },
  { codes: ['APIGW.0308'], failure: 'OmsSync.OmsThrottled' },
  { statuses: [500, 599], failure: 'OmsSync.OmsUnavailable' },
  // "Internal server error", with status 400.
  { codes: ['OMS.1001', 'OMS.0062', 'TRF.0001', 'TRF.0003', 'TRF.0061'], failure: 'OmsSync.OmsInternalError' },
  { statuses: [413, 413], failure: 'OmsSync.RequestTooLarge' },
  { statuses: [404, 404], codes: ['APIGW.*'], failure: 'OmsSync.OmsOperationUnknown' },
  { statuses: [404, 404], failure: 'OmsSync.SyncTaskNotFound' },
  // The gateway refuses credentials and paths, never keys.
  { codes: ['APIGW.*', 'OMS.0005', 'OMS.1008'], failure: 'OmsSync.OmsOperationUnknown' },
  { codes: ['OMS.0201', 'OMS.0202', 'OMS.0203', 'OMS.0204'], failure: 'OmsSync.AccountRestricted' },
  { codes: ['OMS.0077', 'OMS.1021'], failure: 'OmsSync.QuotaExceeded' },
  { codes: ['OMS.0053', 'OMS.0072'], failure: 'OmsSync.PermissionDenied' },
  { statuses: [403, 403], failure: 'OmsSync.PermissionDenied' },
  { codes: ['OMS.0054', 'OMS.1009'], failure: 'OmsSync.SyncTaskNotFound' },
  { codes: ['OMS.0066'], failure: 'OmsSync.SyncTaskStopped' },
  { codes: ['OMS.0089'], failure: 'OmsSync.SourceObjectMissing' },
  { codes: ['TRF.0060'], failure: 'OmsSync.KeyRefused' },
  {
    codes: [
      'OMS.0057',
      'OMS.0058',
      'OMS.0060',
      'OMS.0079',
      'OMS.0080',
      'OMS.0081',
      'OMS.0152',
      'OMS.0153',
      'OMS.0155',
      'OMS.1020',
      'OMS.1032',
      'TRF.*',
    ],
    failure: 'OmsSync.SyncTaskUnusable',
  },
  { codes: ['OMS.0063', 'OMS.0065', 'OMS.0070'], failure: 'OmsSync.SyncTaskRefused' },
  { statuses: [400, 400], failure: 'OmsSync.KeyRefused' },
  { failure: 'OmsSync.OmsUnexpectedAnswer' },
];

/** Our own errors, by their code, where that is not the failure's code already. */
export const ERRORS: Readonly<Record<string, FailureCode>> = {
  'OmsSync.OmsCredentials': 'OmsSync.MissingCredentials',
  'OmsSync.SyncTaskState': 'OmsSync.SyncTaskStopped',
  // The client checks nothing but the id of the task.
  'OmsSync.InvalidInput': 'OmsSync.InvalidSyncTaskId',
  'OmsSync.ObjectStoreDeadlineExceeded': 'OmsSync.DeadlineExceeded',
  'OmsSync.ObjectStoreCredentials': 'OmsSync.ObjectStoreAccessDenied',
  'OmsSync.ObjectStoreTimeout': 'OmsSync.ObjectStoreUnavailable',
  'OmsSync.ObjectStoreUnreachable': 'OmsSync.ObjectStoreUnavailable',
  'OmsSync.ObjectStoreThrottled': 'OmsSync.ObjectStoreUnavailable',
  'OmsSync.ObjectStoreFailed': 'OmsSync.ObjectStoreUnavailable',
  'OmsSync.DeadLetterTooLarge': 'OmsSync.ObjectStoreObjectTooLarge',
  'OmsSync.ObjectStoreMalformedListing': 'OmsSync.ObjectStoreMalformedResponse',
  'OmsSync.ObjectStoreListingNotTrusted': 'OmsSync.ObjectStoreMalformedResponse',
};

/** Why there was no connection, by the code of Node.js; what is not listed is an interruption that passes. */
export const NETWORK_ERRORS: readonly { readonly reason: RegExp; readonly failure: FailureCode }[] = [
  { reason: /^(?:ENOTFOUND|EAI_[A-Z]+)$/, failure: 'OmsSync.NameNotResolved' },
  {
    reason:
      /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)|HOSTNAME_MISMATCH|EPROTO)/,
    failure: 'OmsSync.TlsRefused',
  },
  {
    reason: /^(?:ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/,
    failure: 'OmsSync.OmsUnreachable',
  },
];

/**
 * Says what a failure is, how far its cause reaches, whether time cures it, and what an engineer does. An error that is
 * not in the tables may be cured by time and concerns one call: nothing is given up that is not understood.
 *
 * @param error anything that was thrown
 */
export function classify(error: unknown): FailureKind {
  return FAILURES[codeOf(error)];
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof OmsResponseError) return answered(error.omsStatus ?? 0, error.omsErrorCode);
  const code = textOf(error, 'code');
  if (error instanceof AppError) {
    if (code === 'OmsSync.OmsUnreachable') return unreachable(textOf(error, 'reason')) ?? code;
    const known = Object.hasOwn(ERRORS, error.code) ? ERRORS[error.code] : undefined;
    return known ?? (isFailureCode(error.code) ? error.code : 'OmsSync.Internal');
  }
  return unreachable(code) ?? 'OmsSync.Internal';
}

/** The failure that an answer of OMS is. */
function answered(status: number, code = ''): FailureCode {
  const current = code.replace(/^S3M\./, 'OMS.');
  const family = `${current.slice(0, current.indexOf('.') + 1)}*`;
  const row = ANSWERS.find(
    ({ statuses: [first, last] = [0, 999], codes }) =>
      status >= first && status <= last && (codes === undefined || codes.includes(current) || codes.includes(family)),
  );
  return row?.failure ?? 'OmsSync.OmsUnexpectedAnswer';
}

function unreachable(reason: string | undefined): FailureCode | undefined {
  return reason === undefined ? undefined : NETWORK_ERRORS.find((row) => row.reason.test(reason))?.failure;
}

function textOf(value: unknown, name: string): string | undefined {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof text === 'string' ? text : undefined;
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code);
}
