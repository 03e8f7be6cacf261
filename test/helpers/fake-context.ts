import type { FunctionGraphContext } from '#shared/platform/context.ts';

export interface FakeContextOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly requestId?: string;
  readonly projectId?: string;
  /** Milliseconds. */
  readonly remaining?: number | (() => number);
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly securityToken?: string;
  readonly token?: string;
}

/** A context as the platform's runtime hands it to a handler, with an agency. */
export function fakeContext(options: FakeContextOptions = {}): Required<FunctionGraphContext> {
  const { remaining = 60_000 } = options;
  const logger = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {} };
  return {
    getRequestID: () => options.requestId ?? 'request-1',
    getRemainingTimeInMilliSeconds: () => (typeof remaining === 'number' ? remaining : remaining()),
    getRunningTimeInSeconds: () => 60_000,
    getUserData: (key) => options.variables?.[key],
    getFunctionName: () => 'function-1',
    getVersion: () => 'latest',
    getPackage: () => 'default',
    getProjectID: () => options.projectId ?? '0123456789abcdef0123456789abcdef',
    getAlias: () => '',
    getMemorySize: () => '256',
    getCPUNumber: () => '0.4',
    getAccessKey: () => '',
    getSecretKey: () => '',
    getSecurityAccessKey: () => options.accessKey ?? 'TEMPORARYACCESSKEY',
    getSecuritySecretKey: () => options.secretKey ?? 'temporary-secret-key',
    getSecurityToken: () => options.securityToken ?? 'temporary-security-token',
    getToken: () => options.token ?? 'agency-iam-token',
    getLogger: () => logger,
    getWorkflowID: () => '',
    getWorkflowRunID: () => '',
    getWorkflowStateID: () => '',
    requestID: options.requestId ?? 'request-1',
    invokeID: 'invoke-1',
    traceID: 'trace-1',
    timeout: 60,
    startTime: 0,
    alias: '',
  };
}
