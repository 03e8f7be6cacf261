/**
 * FunctionGraph's and its gateway's limits, in the vendor's units.
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0150.html
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig_03_0048.html (gateway sizes and codes)
 */
export const LIMITS = {
  syncRequestBytes: 6 * 1024 * 1024,
  responseBytes: 6_291_456,
  asyncRequestBytes: 256 * 1024,
  /** Bytes; "Reduce the size of the request body to less than 12 MB". */
  gatewayRequestBytes: 12 * 1024 * 1024,
  unzippedBytes: 1500 * 1024 * 1024,
  concurrentExecutions: 100,
  initializerAttempts: 3,
  /** Milliseconds; a gateway's backend may be given 1 to 60,000. */
  gatewayTimeout: 60_000,
  /** Bytes: a longer line of output is split. */
  logLineBytes: 90 * 1024,
  /** Milliseconds; "about 1 min" (FAQ functiongraph_03_0820). */
  idleInstance: 60_000,
  /** Milliseconds for which an agency's credentials are cached; they are valid for 24 hours. */
  credentialsCache: 600_000,
  asyncRetries: 3,
  functions: 400,
  /** Versions of a function, `latest` among them. */
  versions: 20,
  aliases: 10,
  codeBytes: 50 * 1024 * 1024,
  obsCodeBytes: 300 * 1024 * 1024,
  /** Bytes; "exceeds the maximum allowed limit (10 KB)". */
  inlineCodeBytes: 10 * 1024,
  totalCodeBytes: 10 * 1024 * 1024 * 1024,
} as const;
