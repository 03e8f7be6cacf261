/** An answer that is not 200, of the service or the gateway: `{"error_msg": "...", "error_code": "..."}`. */
export class OmsFault extends Error {
  override readonly name = 'OmsFault';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Codes of OMS, each with what the vendor's list says of it. Every row of that list has status 400.
 * https://github.com/huaweicloudDocs/oms, cn.zh-cn/API参考/错误码.md
 */
export const OMS = {
  invalidParameter: 'OMS.0001',
  invalidRequest: 'OMS.0004',
  invalidTaskId: 'OMS.0054',
  taskInProgress: 'OMS.0063',
  invalidRequestParameter: 'OMS.0064',
  alreadyStarted: 'OMS.0065',
  notInProgress: 'OMS.0066',
  notJson: 'OMS.0067',
  noPermission: 'OMS.0072',
  quotaExceeded: 'OMS.0077',
  descriptionCharacters: 'OMS.0078',
  bucketQueryFailed: 'OMS.0153',
  internal: 'OMS.1001',
  wrongType: 'OMS.1002',
  constraint: 'OMS.1003',
  missingParameter: 'OMS.1004',
  resourceNotFound: 'OMS.1009',
  destinationBucket: 'OMS.1020',
  cdnKeyMissing: 'OMS.1032',
} as const;

/**
 * Codes of the gateway (API Gateway) in front of the service.
 * https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig_03_0048.html
 */
export const APIGW = {
  noSuchApi: 'APIGW.0101',
  tooLarge: 'APIGW.0201',
  notAuthenticated: 'APIGW.0301',
  throttled: 'APIGW.0308',
  backendUnavailable: 'APIGW.0202',
  backendTimeout: 'APIGW.0203',
} as const;

export function badRequest(code: string, message: string): OmsFault {
  return new OmsFault(400, code, message);
}

/** A gateway's refusal to authenticate; the prefix is part of every message seen of it. */
export function notAuthenticated(reason: string): OmsFault {
  return new OmsFault(401, APIGW.notAuthenticated, `Incorrect IAM authentication information: ${reason}`);
}

export function injectedFault(status: number): OmsFault {
  const [code, message] = INJECTED[status] ?? [OMS.internal, 'Internal server error. Contact support.'];
  return new OmsFault(status, code, message);
}

const INJECTED: Readonly<Record<number, readonly [string, string]>> = {
  400: [OMS.invalidParameter, 'Invalid parameter.'],
  401: [APIGW.notAuthenticated, 'Incorrect IAM authentication information: decrypt token fail'],
  403: [OMS.noPermission, 'Insufficient permissions.'],
  404: [OMS.resourceNotFound, 'The synchronization task does not exist.'],
  429: [APIGW.throttled, 'The throttling threshold has been reached.'],
  502: [APIGW.backendUnavailable, 'Backend unavailable'],
  503: [OMS.internal, 'The service is unavailable. Please try again later.'],
  504: [APIGW.backendTimeout, 'Backend timeout'],
};
