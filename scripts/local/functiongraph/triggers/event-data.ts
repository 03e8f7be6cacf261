import { ApiError } from '../errors.ts';
import { type Rules, readFields } from './fields.ts';
import { CHECKS, DIS_UPDATE, type EventData, intervalRange, RULES, type TriggerType } from './rules.ts';
import type { TriggerSource, TriggerStatus } from './types.ts';

interface TypeFacts {
  /** Code of wrong event_data. */
  readonly invalid?: string;
  /** Code for a trigger that is not there. */
  readonly missing?: string;
  readonly canBeDisabled?: true;
  readonly startsDisabled?: true;
}

/**
 * The differences between types: "Only timer, DDS, DMS, Kafka, and LTS triggers can be disabled", "By default,
 * DDS and Kafka triggers are in the DISABLED state".
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
const TYPES: Readonly<Record<TriggerType, TypeFacts>> = {
  OBS: { invalid: 'FSS.1106', missing: 'FSS.1136' },
  EVENTGRID: {},
  TIMER: { invalid: 'FSS.1109', missing: 'FSS.1140', canBeDisabled: true },
  APIG: { invalid: 'FSS.1107', missing: 'FSS.1138' },
  DEDICATEDGATEWAY: { invalid: 'FSS.1107', missing: 'FSS.1138' },
  KAFKA: { invalid: 'FSS.1112', missing: 'FSS.1174', canBeDisabled: true, startsDisabled: true },
  RABBITMQ: {},
  SMN: { invalid: 'FSS.1102', missing: 'FSS.1132' },
  LTS: { canBeDisabled: true },
  DIS: {},
  CTS: {},
};

/** Types of the vendor that the local cloud has no rules for. */
const OTHER_TYPES = ['DDS', 'DMS', 'OPENSOURCEKAFKA', 'APIC', 'GAUSSMONGO', 'IOTDA', 'ROCKETMQ'];

/** Reads trigger_type_code. Throws ApiError 400 FSS.1101 for one that is not a type, or not one of the local cloud. */
export function readType(value: unknown): TriggerType {
  const type = (Object.keys(TYPES) as TriggerType[]).find((known) => known === value);
  if (type) return type;
  const other = OTHER_TYPES.find((known) => known === value);
  const known = Object.keys(TYPES).join(', ');
  throw new ApiError(
    400,
    'FSS.1101',
    other
      ? `Invalid trigger type: the local FunctionGraph does not know ${other}, only ${known}`
      : `Invalid trigger type: trigger_type_code must be one of ${known}`,
  );
}

/** Reads event_data of a new trigger. Throws ApiError 400 with everything that is wrong, without the values. */
export function readEventData(type: TriggerType, value: unknown): TriggerSource {
  // The tables pair type and data; the compiler cannot follow it through the lookup.
  const check = CHECKS[type] as Parameters<typeof readFields<Rules>>[3];
  const { data, problems } = readFields<Rules>(RULES[type], value, 'event_data', check);
  if (problems.length > 0) throw invalid(type, problems);
  return { type, data } as TriggerSource;
}

/**
 * Reads event_data of an update: a few numbers of DIS. The vendor describes it as a list, its Terraform provider sends
 * the object itself; both are taken.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0124.html
 */
export function readUpdate(source: TriggerSource, value: unknown): TriggerSource {
  const parts = Array.isArray(value) ? value : [value];
  if (source.type !== 'DIS') {
    const problem = `event_data of a trigger of type ${source.type} cannot be changed: delete it and create another`;
    throw new ApiError(400, TYPES[source.type].invalid ?? 'FSS.0400', problem);
  }
  const { type } = source;
  return parts.reduce((before: typeof source, part: unknown) => {
    const { data, problems } = readFields(DIS_UPDATE, part, 'event_data', (changes, problem) => {
      const { polling_unit: unit, polling_interval: interval } = { ...before.data, ...changes };
      const { min, max } = intervalRange(unit);
      if (interval >= min && interval <= max) return;
      // A new unit gives the old interval another length.
      const isNew = changes.polling_interval !== undefined;
      if (isNew) problem('polling_interval', `must be an integer from ${min} to ${max}`);
      else problem('polling_unit', `does not go with the interval, which must be ${min} to ${max}`);
    });
    if (problems.length > 0) throw invalid(type, problems);
    const { is_serial: serial, ...numbers } = data;
    const changes = serial === undefined ? numbers : { ...numbers, is_serial: serial ? 'true' : 'false' };
    return { type, data: { ...before.data, ...changes } as EventData['DIS'] };
  }, source);
}

/** Reads trigger_status, `otherwise` where none is given. Throws ApiError 400. */
export function readStatus(type: TriggerType, value: unknown, otherwise: TriggerStatus): TriggerStatus {
  if (value === undefined || value === null || value === '') return otherwise;
  if (value !== 'ACTIVE' && value !== 'DISABLED')
    throw new ApiError(400, 'FSS.0400', 'Invalid parameter: trigger_status must be ACTIVE or DISABLED');
  if (value === 'DISABLED' && !TYPES[type].canBeDisabled)
    throw new ApiError(400, 'FSS.1318', `Invalid trigger operation: a trigger of type ${type} cannot be disabled`);
  return value;
}

export function firstStatus(type: TriggerType): TriggerStatus {
  return TYPES[type].startsDisabled ? 'DISABLED' : 'ACTIVE';
}

export function missing(type: TriggerType): ApiError {
  return new ApiError(404, TYPES[type].missing ?? 'FSS.1131', `The ${type} trigger does not exist.`);
}

function invalid(type: TriggerType, problems: readonly string[]): ApiError {
  const code = TYPES[type].invalid ?? 'FSS.0400';
  return new ApiError(400, code, `Invalid ${type} trigger parameters: ${problems.join('; ')}`);
}
