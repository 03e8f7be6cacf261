/**
 * FunctionGraph's and its gateway's limits, in the vendor's units.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0150.html
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig_03_0048.html (gateway sizes and codes)
 */
export const LIMITS = {
  /** Bytes of a synchronous invocation's event. */
  syncRequestBytes: 6 * 1024 * 1024,
  /** Bytes of a serialised result: RUNTIME_MAX_RESP_BODY_SIZE. */
  responseBytes: 6_291_456,
  /** Bytes of an asynchronous invocation's event. */
  asyncRequestBytes: 256 * 1024,
  /** Bytes; "Reduce the size of the request body to less than 12 MB". */
  gatewayRequestBytes: 12 * 1024 * 1024,
  /** Bytes of a zip that is unpacked. */
  unzippedBytes: 1500 * 1024 * 1024,
  /** Concurrent executions of an account. */
  concurrentExecutions: 100,
  /** Attempts to initialise an instance. */
  initializerAttempts: 3,
  /** Milliseconds; a gateway's backend may be given 1 to 60,000. */
  gatewayTimeout: 60_000,
  /** Bytes: a longer line of output is split. */
  logLineBytes: 90 * 1024,
  /** Milliseconds; "about 1 min" (FAQ functiongraph_03_0820). */
  idleInstance: 60_000,
  /** Milliseconds for which an agency's credentials are cached; they are valid for 24 hours. */
  credentialsCache: 600_000,
  /** Retries of an asynchronous invocation. */
  asyncRetries: 3,
  /** Functions of a project. */
  functions: 400,
  /** Versions of a function, `latest` among them. */
  versions: 20,
  /** Aliases of a function. */
  aliases: 10,
  /** Bytes of a zip that is sent through the API. */
  codeBytes: 50 * 1024 * 1024,
  /** Bytes of a zip in a bucket. */
  obsCodeBytes: 300 * 1024 * 1024,
  /** Bytes; "exceeds the maximum allowed limit (10 KB)". */
  inlineCodeBytes: 10 * 1024,
  /** Bytes of all code of a project. */
  totalCodeBytes: 10 * 1024 * 1024 * 1024,
} as const;
