import { OmsResponseError } from '#shared/oms/errors.ts';

/** The error that the client throws for an answer of this status and `error_code`. */
export function omsError(omsStatus: number, omsErrorCode?: string): OmsResponseError {
  const status = omsStatus === 401 ? 502 : omsStatus;
  const retryable = omsStatus === 429 || omsStatus >= 500 || omsErrorCode === 'OMS.1001';
  return new OmsResponseError(status, omsErrorCode ?? `Oms.${omsStatus}`, 'log text', 'public text', {
    omsStatus,
    omsErrorCode,
    attempts: 1,
    retryable,
  });
}
