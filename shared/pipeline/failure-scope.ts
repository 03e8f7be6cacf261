import { OmsCredentialsError, OmsError } from '#shared/oms/errors.ts';
import { MissingCredentialsError } from '#shared/runtime/credentials.ts';

/**
 * How far a failed call's cause reaches.
 *
 * - `content`: one of the batch's keys may be the cause, so smaller batches may succeed
 * - `task`: no key of this sync task can succeed
 * - `account`: no call can succeed with these credentials
 * - `call`: this call failed; the next may succeed
 */
export type FailureScope = 'content' | 'task' | 'account' | 'call';

/**
 * OMS answers 400 to nearly everything, so the code tells what the 400 is about.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ErrorCode.html
 */
const CODE_SCOPES: ReadonlyMap<string, FailureScope> = new Map<string, FailureScope>([
  ...['OMS.0053', 'OMS.0068', 'OMS.0072', 'OMS.0201', 'OMS.0202', 'OMS.0203', 'OMS.0204', 'OMS.1005', 'OMS.1021'].map(
    (code) => [code, 'account'] as const,
  ),
  ...['OMS.0054', 'OMS.0060', 'OMS.0063', 'OMS.0065', 'OMS.0066', 'OMS.0070', 'OMS.1009', 'OMS.1020'].map(
    (code) => [code, 'task'] as const,
  ),
  // "Internal server error", with status 400.
  ['OMS.1001', 'call'],
]);

/** What else a failed call may still be blamed on. */
export function failureScope(error: unknown): FailureScope {
  if (error instanceof MissingCredentialsError || error instanceof OmsCredentialsError) return 'account';
  if (!(error instanceof OmsError)) return 'call';
  const { omsStatus, omsErrorCode } = error;
  if (omsStatus === 401 || omsStatus === 403) return 'account';
  if (omsStatus === 404) return 'task';
  if (omsStatus !== 400) return 'call';
  // The gateway in front of OMS refuses credentials and unknown paths, never keys.
  if (omsErrorCode?.startsWith('APIGW.')) return 'account';
  return CODE_SCOPES.get(omsErrorCode ?? '') ?? 'content';
}
