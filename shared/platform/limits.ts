export const GATEWAY_LIMITS = {
  /**
   * Bytes of a request body that an APIG trigger passes to a function.
   * @see https://support.huaweicloud.com/intl/en-us/productdesc-functiongraph/functiongraph_01_0150.html
   */
  requestBody: 4 * 1024 * 1024,
  /** Seconds to wait where a 429 or 503 does not say how long. */
  retryAfter: 5,
  /** Milliseconds before the platform's own timeout at which a function answers by itself. */
  timeoutMargin: 100,
} as const;
