import type { FunctionGraphClient } from '../client/functiongraph.ts';
import type { WireTrigger } from '../client/wire.ts';
import { identityOf } from '../plan/trigger-work.ts';

/** A trigger of another function, which has what this one wants. */
export interface ForeignTrigger {
  /** URN of the alias that the trigger is bound to. */
  readonly urn: string;
  readonly trigger: WireTrigger;
  /** Name of the function. */
  readonly owner: string;
  /** Whether the plan deletes it; otherwise its owner is an orphan that stays. */
  readonly goes: boolean;
}

export interface TriggerContext {
  readonly client: FunctionGraphClient;
  /** Does not stop: for the moment in which an old trigger is gone and the new one is not there yet. */
  readonly steady: FunctionGraphClient;
  /** Triggers by type and identity. */
  readonly foreign: ReadonlyMap<string, ForeignTrigger>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Texts that must not be in an error. */
  readonly secrets: readonly string[];
  /** The command that repairs what is left half done. */
  readonly repair: string;
  readonly step: (step: string) => void;
}

export function triggerKey({ type, identity }: { readonly type: string; readonly identity: string }): string {
  return `${type} ${identity}`;
}

/** The key by which a trigger in the cloud is looked for. */
export function actualTriggerKey(trigger: WireTrigger): string {
  return triggerKey({ type: trigger.trigger_type_code, identity: identityOf(trigger) });
}
