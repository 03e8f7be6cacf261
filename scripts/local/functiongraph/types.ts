import type { ErrorBody, LogLevel, RuntimeErrorCode } from './worker/protocol.ts';

export interface LogLine {
  readonly time: number;
  /** The function's key; empty for the platform's own lines. */
  readonly function: string;
  readonly requestId: string;
  readonly level: LogLevel;
  readonly text: string;
}

export type InvocationResult = { readonly outcome: 'accepted'; readonly requestId: string } | ExecutionResult;

export type ExecutionResult = {
  readonly requestId: string;
  readonly duration: number;
  readonly cold: boolean;
  /** The function's answer: JSON of an object, or the value's text; the error JSON of a failure. */
  readonly payload: string;
} & (
  | { readonly outcome: 'success' }
  | { readonly outcome: 'error'; readonly code: RuntimeErrorCode; readonly error: ErrorBody }
  /** The function's timeout passed, or its process ended in the middle of the call. */
  | { readonly outcome: 'timeout' | 'crash'; readonly error: ErrorBody }
);
