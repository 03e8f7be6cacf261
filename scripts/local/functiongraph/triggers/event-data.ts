import { ApiError } from '../errors.ts';
import { Fields } from './fields.ts';
import { readApig } from './rules/apig.ts';
import { readEventGrid } from './rules/eventgrid.ts';
import { readObs } from './rules/obs.ts';
import { readCts, readDis, readKafka, readLts, readRabbitMq, readSmn, updateDis } from './rules/queues.ts';
import { readTimer } from './rules/timer.ts';
import type { EventData, TriggerSource, TriggerStatus, TriggerType } from './types.ts';

interface TypeRules<T extends TriggerType> {
  readonly read: (fields: Fields) => EventData[T];
  readonly invalid?: string;
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
const TYPES: { readonly [T in TriggerType]: TypeRules<T> } = {
  OBS: { read: readObs, invalid: 'FSS.1106', missing: 'FSS.1136' },
  EVENTGRID: { read: readEventGrid },
  TIMER: { read: readTimer, invalid: 'FSS.1109', missing: 'FSS.1140', canBeDisabled: true },
  APIG: { read: (fields) => readApig(fields, false), invalid: 'FSS.1107', missing: 'FSS.1138' },
  DEDICATEDGATEWAY: { read: (fields) => readApig(fields, true), invalid: 'FSS.1107', missing: 'FSS.1138' },
  KAFKA: { read: readKafka, invalid: 'FSS.1112', missing: 'FSS.1174', canBeDisabled: true, startsDisabled: true },
  RABBITMQ: { read: readRabbitMq },
  SMN: { read: readSmn, invalid: 'FSS.1102', missing: 'FSS.1132' },
  LTS: { read: readLts, canBeDisabled: true },
  DIS: { read: readDis },
  CTS: { read: readCts },
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
  const fields = new Fields(value);
  const data = fields.problems.length === 0 ? TYPES[type].read(fields) : undefined;
  if (fields.problems.length > 0 || data === undefined) throw invalid(type, fields.problems);
  // The table pairs the two; the compiler cannot follow it through the lookup.
  return { type, data } as TriggerSource;
}

/**
 * Reads event_data of an update: what may be changed is a few numbers of DIS. The vendor describes it as a list, its
 * Terraform provider sends the object itself; both are taken.
 * @throws ApiError 400
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0124.html
 */
export function readUpdate(source: TriggerSource, value: unknown): TriggerSource {
  const parts = Array.isArray(value) ? value : [value];
  if (source.type !== 'DIS') {
    const problem = `event_data of a trigger of type ${source.type} cannot be changed: delete it and create another`;
    throw new ApiError(400, TYPES[source.type].invalid ?? 'FSS.0400', problem);
  }
  return parts.reduce((changed: typeof source, part: unknown) => {
    const fields = new Fields(part);
    const data = updateDis(fields, changed.data);
    if (fields.problems.length > 0) throw invalid(source.type, fields.problems);
    return { type: source.type, data };
  }, source);
}

/**
 * Reads trigger_status.
 * @param otherwise where none is given
 * @throws ApiError 400
 */
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
