import { OmsError } from '#shared/oms/errors.ts';

/**
 * What OMS answers with 400 although HTTP has a status for it.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ErrorCode.html
 */
const STATUS_BY_CODE: ReadonlyMap<string, number> = new Map([
  // The task does not exist: "invalid task ID", "resource not found".
  ['OMS.0054', 404],
  ['OMS.1009', 404],
  // The task is in the wrong state: "in progress", "already started", "not in progress", "complete".
  ['OMS.0063', 409],
  ['OMS.0065', 409],
  ['OMS.0066', 409],
  ['OMS.0070', 409],
]);

/** The status with which a function answers an error of OMS that has this one; undefined for any other. */
export function statusOfOmsCode(error: unknown): number | undefined {
  if (!(error instanceof OmsError) || error.omsStatus !== 400) return undefined;
  return STATUS_BY_CODE.get(error.omsErrorCode ?? '');
}
