import type { ApigData } from './rules/apig.ts';
import type { EventGridData } from './rules/eventgrid.ts';
import type { ObsData } from './rules/obs.ts';
import type { CtsData, DisData, KafkaData, LtsData, RabbitMqData, SmnData } from './rules/queues.ts';
import type { TimerData } from './rules/timer.ts';

/** event_data by trigger_type_code: the types that the local cloud checks. */
export interface EventData {
  readonly OBS: ObsData;
  readonly EVENTGRID: EventGridData;
  readonly TIMER: TimerData;
  readonly APIG: ApigData;
  readonly DEDICATEDGATEWAY: ApigData;
  readonly KAFKA: KafkaData;
  readonly RABBITMQ: RabbitMqData;
  readonly SMN: SmnData;
  readonly LTS: LtsData;
  readonly DIS: DisData;
  readonly CTS: CtsData;
}

export type TriggerType = keyof EventData;
export type TriggerStatus = 'ACTIVE' | 'DISABLED';

/** The sources that a trigger listens to. */
export type TriggerSource = { [T in TriggerType]: { readonly type: T; readonly data: EventData[T] } }[TriggerType];

/** A trigger as it is kept. */
export type Trigger = TriggerSource & {
  readonly id: string;
  /** The URN with version or alias, `latest` where none was named. */
  readonly urn: string;
  readonly status: TriggerStatus;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly updated: number;
};
