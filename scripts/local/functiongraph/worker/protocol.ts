/** Messages between the host and a worker process over IPC. */

export interface Credentials {
  readonly securityAccessKey: string;
  readonly securitySecretKey: string;
  readonly securityToken: string;
}

export interface LoadMessage {
  readonly type: 'load';
  readonly codeRoot: string;
  readonly handler: string;
  readonly initializer?: string;
  /** Plain and encrypted variables; deliberately not in the environment. */
  readonly userData: Readonly<Record<string, string>>;
  readonly responseBytes: number;
  readonly logLineBytes: number;
}

export interface InitializeMessage {
  readonly type: 'initialize';
  readonly credentials: Credentials;
  readonly timeout: number;
}

export interface InvokeMessage {
  readonly type: 'invoke';
  readonly requestId: string;
  readonly traceId: string;
  readonly alias?: string;
  /** JSON text. */
  readonly event: string;
  readonly credentials: Credentials;
  readonly timeout: number;
}

export type HostMessage = LoadMessage | InitializeMessage | InvokeMessage;

export interface ErrorBody {
  readonly errorMessage: string;
  readonly errorType: string;
  readonly stackTrace: readonly string[];
}

/** 4001 entry, 4002 user function, 4004 result too large, 4007 result is not JSON, 4009 initializer. */
export type RuntimeErrorCode = 4001 | 4002 | 4004 | 4007 | 4009;

export interface RuntimeFailure {
  readonly code: RuntimeErrorCode;
  readonly body: ErrorBody;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

export type WorkerMessage =
  | { readonly type: 'loaded'; readonly initializer: boolean; readonly failure?: RuntimeFailure }
  | { readonly type: 'initialized'; readonly failure?: RuntimeFailure }
  | { readonly type: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'result'; readonly requestId: string; readonly failure: RuntimeFailure }
  | { readonly type: 'log'; readonly requestId: string; readonly level: LogLevel; readonly text: string };
