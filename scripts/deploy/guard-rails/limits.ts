/**
 * Limits of FunctionGraph and of what triggers it, in the vendor's units.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0150.html
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0102.html
 */
export const DEPLOY_LIMITS = {
  /** Bytes of a zip in a request. FSS.1071 */
  zipBytes: 50 * 1024 * 1024,
  /** Triggers of one function. FSS.1306 */
  triggers: 10,
  /** Variables of one kind, plain or encrypted. FSS.1017 */
  variables: 20,
  /** Characters of all names and values of one kind. FSS.1018 */
  variableText: 4096,
  /** Characters. FSS.1002 */
  functionName: 60,
  /** Characters, of which the deployment's own mark takes some. FSS.1019 */
  description: 512,
  /** MB. FSS.1007 */
  memorySizes: [128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096],
  /** Seconds. FSS.1008 */
  timeout: { min: 3, max: 259_200 },
  /** Seconds: "sync 15 min". */
  syncTimeout: 900,
  /** Seconds. FSS.1405 */
  initializerTimeout: { min: 1, max: 300 },
  /** Milliseconds that API Gateway waits for a function. */
  gatewayTimeout: { min: 1, max: 60_000 },
  concurrency: { min: -1, max: 1000 },
  retries: { min: 0, max: 3 },
  /** Seconds. */
  eventAge: { min: 1, max: 86_400 },
  /** Days; 0 for ever. */
  expires: { min: 0, max: 365 },
  kafkaBatch: { min: 1, max: 1000 },
  /** Characters of a prefix or suffix of object names. */
  affix: 1024,
  /** Published versions that may be kept: of 20, one is latest, one is new, and others may have aliases. */
  keepVersions: { min: 0, max: 15 },
} as const;

/**
 * Runtimes that load the bundles: older ones lack `URL.canParse` and `crypto.hash`.
 *
 * @see https://support.huaweicloud.com/usermanual-functiongraph/functiongraph_01_0151.html
 */
export const RUNTIMES: readonly string[] = ['Node.js20.15', 'Node.js22.18'];
