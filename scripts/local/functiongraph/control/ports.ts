import type { InvocationResult } from '../types.ts';
import type { LogPlace } from './model.ts';

export interface FoundFunction {
  readonly name: string;
  readonly functionUrn: string;
  readonly qualifier: string;
  readonly label: string;
  readonly logs: LogPlace;
}

/** The functions as triggers see them; the control plane implements this. */
export interface FunctionPort {
  /** Undefined when there is no such function, version (`:version`) or alias (`:!alias`). */
  find(urn: string): FoundFunction | undefined;
  /**
   * Runs or queues a request. Through an alias it reaches the version that the alias names when it is run.
   * @throws InvocationError when no code ran and nothing was queued
   */
  invoke(
    urn: string,
    event: unknown,
    options: { readonly async: boolean; readonly requestId?: string },
  ): Promise<InvocationResult>;
}

export interface TriggerPort {
  /** A function is gone with its versions and aliases, so its triggers go. The URN has no version. */
  functionDeleted(urn: string): Promise<void>;
  /** A version or an alias is gone, and with it the triggers that were bound to it. */
  qualifierDeleted(urn: string): Promise<void>;
  /** How many triggers are bound to an alias, which then cannot be deleted by itself. */
  boundTo?(urn: string): number;
}
