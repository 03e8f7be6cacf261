export interface GatewayProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Errors of the gateway itself. https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig_03_0048.html */
export const PROBLEMS = {
  noRoute: {
    status: 404,
    code: 'APIG.0101',
    message: 'The API does not exist or has not been published in the environment',
  },
  // 404 by the vendor's table, not 405; the `allow` header is ours, for the person at the laptop.
  method: { status: 404, code: 'APIG.0101', message: 'The API request method does not exist' },
  badRequest: { status: 400, code: 'APIG.0201', message: 'API request error' },
  tooLarge: { status: 413, code: 'APIG.0201', message: 'Request entity too large' },
  unavailable: { status: 502, code: 'APIG.0202', message: 'Backend unavailable' },
  timeout: { status: 504, code: 'APIG.0203', message: 'Backend timeout' },
  iam: { status: 401, code: 'APIG.0301', message: 'Incorrect IAM authentication information' },
  app: { status: 401, code: 'APIG.0303', message: 'Incorrect app authentication information' },
  throttled: { status: 429, code: 'APIG.0308', message: 'The throttling threshold has been reached' },
  /** functiongraph_03_0290: a response without the documented fields becomes HTTP 500. */
  badResponse: { status: 500, code: 'APIG.0202', message: 'The function returned no valid response' },
} as const satisfies Record<string, GatewayProblem>;
