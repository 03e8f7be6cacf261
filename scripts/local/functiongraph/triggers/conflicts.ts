import { ApiError } from '../errors.ts';
import { type EventData, overlaps } from './rules.ts';
import type { Trigger, TriggerSource } from './types.ts';

/** Triggers of one version or alias. */
const MAX_TRIGGERS = 10;

export type NewTrigger = TriggerSource & Pick<Trigger, 'urn'>;

/**
 * Finds what keeps a trigger from being created beside those of the project, with the vendor's code. EventGrid's
 * names are undocumented; a subscription needs a name of its own.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
export function conflictOf(trigger: NewTrigger, triggers: readonly Trigger[]): ApiError | undefined {
  const own = triggers.filter(({ urn }) => urn === trigger.urn);
  if (own.length >= MAX_TRIGGERS)
    return new ApiError(400, 'FSS.1306', `The number of triggers exceeds the maximum allowed limit (${MAX_TRIGGERS}).`);
  const exists = <T extends Trigger['type']>(
    type: T,
    same: (data: EventData[T]) => boolean,
    among: readonly Trigger[] = own,
  ): boolean => among.some((other) => other.type === type && same(other.data as EventData[T]));
  switch (trigger.type) {
    case 'OBS': {
      const text = 'The bucket configuration of the current trigger conflicts with that of an existing OBS trigger.';
      const taken = exists('OBS', (data) => overlaps(data, trigger.data), triggers);
      return taken ? new ApiError(403, 'FSS.1108', text) : undefined;
    }
    case 'TIMER':
      if (!exists('TIMER', ({ name }) => name === trigger.data.name)) return undefined;
      return new ApiError(409, 'FSS.1148', 'The timer trigger already exists.');
    case 'EVENTGRID':
      if (!exists('EVENTGRID', ({ trigger_name: name }) => name === trigger.data.trigger_name)) return undefined;
      return new ApiError(400, 'FSS.1307', 'The trigger name already exists.');
    case 'CTS':
      if (!exists('CTS', ({ name }) => name === trigger.data.name)) return undefined;
      return new ApiError(400, 'FSS.1307', 'The trigger name already exists.');
    case 'SMN':
      if (!exists('SMN', ({ topic_urn: urn }) => urn === trigger.data.topic_urn)) return undefined;
      return new ApiError(409, 'FSS.1141', 'The SMN trigger already exists.');
    case 'KAFKA': {
      const { instance_id: instance, topic_ids: topics } = trigger.data;
      const taken = exists(
        'KAFKA',
        (data) => data.instance_id === instance && data.topic_ids.some((topic) => topics.includes(topic)),
      );
      return taken ? new ApiError(409, 'FSS.1150', 'The Kafka trigger already exists.') : undefined;
    }
    default:
      return undefined;
  }
}
