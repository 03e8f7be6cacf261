import { ApiError } from '../errors.ts';
import { overlaps } from './rules/obs.ts';
import type { Trigger, TriggerSource } from './types.ts';

/** Triggers of one version or alias. */
const MAX_TRIGGERS = 10;

export type NewTrigger = TriggerSource & Pick<Trigger, 'urn'>;

/**
 * Looks for what keeps a trigger from being created beside those that exist. Whether EventGrid takes two triggers of one
 * name is not documented; a subscription needs a name of its own, so it does not here.
 * @param triggers all of the project
 * @returns the refusal, with the code of the vendor's table
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
export function conflictOf(trigger: NewTrigger, triggers: readonly Trigger[]): ApiError | undefined {
  const own = triggers.filter(({ urn }) => urn === trigger.urn);
  if (own.length >= MAX_TRIGGERS)
    return new ApiError(400, 'FSS.1306', `The number of triggers exceeds the maximum allowed limit (${MAX_TRIGGERS}).`);
  switch (trigger.type) {
    case 'OBS':
      return triggers.some((other) => other.type === 'OBS' && overlaps(other.data, trigger.data))
        ? new ApiError(
            403,
            'FSS.1108',
            'The bucket configuration of the current trigger conflicts with that of an existing OBS trigger.',
          )
        : undefined;
    case 'TIMER':
      return own.some((other) => other.type === 'TIMER' && other.data.name === trigger.data.name)
        ? new ApiError(409, 'FSS.1148', 'The timer trigger already exists.')
        : undefined;
    case 'EVENTGRID':
      return own.some((other) => other.type === 'EVENTGRID' && other.data.trigger_name === trigger.data.trigger_name)
        ? new ApiError(400, 'FSS.1307', 'The trigger name already exists.')
        : undefined;
    case 'CTS':
      return own.some((other) => other.type === 'CTS' && other.data.name === trigger.data.name)
        ? new ApiError(400, 'FSS.1307', 'The trigger name already exists.')
        : undefined;
    case 'SMN':
      return own.some((other) => other.type === 'SMN' && other.data.topic_urn === trigger.data.topic_urn)
        ? new ApiError(409, 'FSS.1141', 'The SMN trigger already exists.')
        : undefined;
    case 'KAFKA': {
      const { instance_id: instance, topic_ids: topics } = trigger.data;
      return own.some(
        (other) =>
          other.type === 'KAFKA' &&
          other.data.instance_id === instance &&
          other.data.topic_ids.some((topic) => topics.includes(topic)),
      )
        ? new ApiError(409, 'FSS.1150', 'The Kafka trigger already exists.')
        : undefined;
    }
    default:
      return undefined;
  }
}
