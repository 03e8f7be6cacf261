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
  /**
   * Undefined when there is no such function, version or alias.
   * @param urn with or without `:version` or `:!alias`
   */
  find(urn: string): FoundFunction | undefined;
  /**
   * Runs or queues a request; through an alias it reaches the version that the alias names when it is run.
   * @param urn with or without `:version` or `:!alias`; a function's name or key as well
   * @param event anything that JSON can carry
   * @throws InvocationError when no code ran and nothing was queued
   */
  invoke(
    urn: string,
    event: unknown,
    options: { readonly async: boolean; readonly requestId?: string },
  ): Promise<InvocationResult>;
}

export interface TriggerPort {
  /**
   * A function is gone, with all of its versions and aliases: so are its triggers.
   * @param urn without a version
   */
  functionDeleted(urn: string): Promise<void>;
  /**
   * One version or alias is gone, and with it the triggers that were bound to it: "the function version or the version
   * corresponding to the specified alias as well as associated triggers will be deleted".
   * @param urn with the version or alias
   * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0109.html
   */
  qualifierDeleted(urn: string): Promise<void>;
  /**
   * How many triggers are bound to an alias, which then cannot be deleted by itself.
   * @param urn with the alias
   */
  boundTo?(urn: string): number;
}
