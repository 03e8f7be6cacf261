import type { EventData, TriggerType } from './rules.ts';

export type TriggerStatus = 'ACTIVE' | 'DISABLED';

export type TriggerSource = { [T in TriggerType]: { readonly type: T; readonly data: EventData[T] } }[TriggerType];

export type Trigger = TriggerSource & {
  readonly id: string;
  /** The URN with version or alias, `latest` where none was named. */
  readonly urn: string;
  readonly status: TriggerStatus;
  readonly created: number;
  readonly updated: number;
};
