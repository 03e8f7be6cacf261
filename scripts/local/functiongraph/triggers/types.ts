import type { ApigData } from './rules/apig.ts';
import type { EventGridData } from './rules/eventgrid.ts';
import type { ObsData } from './rules/obs.ts';
import type { CtsData, DisData, KafkaData, LtsData, RabbitMqData, SmnData } from './rules/queues.ts';
import type { TimerData } from './rules/timer.ts';

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

export type TriggerSource = { [T in TriggerType]: { readonly type: T; readonly data: EventData[T] } }[TriggerType];

export type Trigger = TriggerSource & {
  readonly id: string;
  /** The URN with version or alias, `latest` where none was named. */
  readonly urn: string;
  readonly status: TriggerStatus;
  readonly created: number;
  readonly updated: number;
};
