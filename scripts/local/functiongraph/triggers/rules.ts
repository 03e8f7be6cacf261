import { EVENT_NAMES, EVENT_TYPES } from '../../obs/notifications.ts';
import { parseTemplate } from '../gateway/routes.ts';
import { LIMITS } from '../limits.ts';
import { parseSchedule } from '../timers/parse.ts';
import { choice, type Data, flag, integer, object, optional, secret, text, texts } from './fields.ts';

/** OBS as EventGrid calls it. */
export const OBS_SOURCE = 'HC.OBS.DWR';
/** The spelling must be exact: a subscription compares the type of an event with it. */
const OBS_EVENT_TYPES = Object.values(EVENT_TYPES).map((type) => `OBS:DWR:${type}`);

const BUCKET = text({ max: 63, pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, says: 'be the name of a bucket' });
const ID = text({ max: 128, pattern: /^[\w-]+$/, says: 'be an id' });
/** Letters, digits and a few signs: https://support.huaweicloud.com/intl/en-us/api-apig/CreateApiV2.html */
const API_NAME = /^[\p{L}\d][\p{L}\d\-_./()（）:：、]{2,254}$/u;

const APIG = {
  func_info: object({
    /** Milliseconds. */
    timeout: integer(1, LIMITS.gatewayTimeout),
    function_urn: optional(text()),
    invocation_type: optional(choice('sync', 'async')),
    version: optional(text({ max: 64 })),
  }),
  name: text({ max: 255, pattern: API_NAME, says: 'have 3 to 255 letters, digits, - and _' }),
  /** 1: public, 2: private. */
  type: integer(1, 2),
  path: text({ max: 512 }),
  protocol: choice('HTTP', 'HTTPS'),
  req_method: choice('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'),
  group_id: ID,
  env_name: text({ max: 64 }),
  env_id: ID,
  /** SWA: everything that begins with the path. */
  match_mode: choice('SWA', 'NORMAL'),
  auth: choice('IAM', 'APP', 'NONE'),
  group_name: optional(text()),
  sl_domain: optional(text()),
  backend_type: optional(choice('FUNCTION')),
  instance_id: optional(ID),
};

/**
 * event_data by trigger_type_code: the types that the local cloud checks. The API's own description names no field of
 * EVENTGRID; these are the ones of the vendor's Terraform provider and of its SDKs.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0207.html (timers)
 * @see https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs/resources/fgs_function_trigger
 */
export const RULES = {
  OBS: {
    bucket: BUCKET,
    events: texts,
    name: optional(text({ max: 128 })),
    prefix: optional(text()),
    suffix: optional(text()),
  },
  EVENTGRID: {
    source_name: text(),
    channel_id: text(),
    trigger_name: text({ max: 64, pattern: /^[\w.-]+$/, says: 'hold letters, digits, dots, - and _ only' }),
    event_types: texts,
    channel_name: optional(text()),
    agency: optional(text()),
    bucket: optional(BUCKET),
    prefix: optional(text()),
    suffix: optional(text()),
    Key_encode: flag,
  },
  TIMER: {
    name: text({
      max: 64,
      pattern: /^[A-Za-z][\w-]*$/,
      says: 'begin with a letter and hold letters, digits, - and _ only',
    }),
    schedule_type: choice('Rate', 'Cron'),
    schedule: text({ max: 256 }),
    user_event: optional(text({ max: 2048 })),
    sync_execution: flag,
  },
  APIG,
  DEDICATEDGATEWAY: { ...APIG, instance_id: ID },
  KAFKA: {
    instance_id: text(),
    topic_ids: texts,
    batch_size: integer(1, 1000),
    kafka_user: optional(text()),
    kafka_password: secret(optional(text())),
    kafka_connect_address: optional(text()),
    kafka_ssl_enable: flag,
  },
  RABBITMQ: {
    access_password: secret(text()),
    instance_id: text(),
    exchange_name: text(),
    batch_size: integer(1, 1000),
    access_user: optional(text()),
    vhost: optional(text()),
    connect_address: optional(text()),
    ssl_enable: flag,
  },
  SMN: {
    topic_urn: text({
      pattern: /^urn:smn:[\w-]+:[\w-]+:[\w-]+$/,
      says: 'be like urn:smn:<region>:<project>:<topic>',
    }),
  },
  LTS: { log_group_id: text(), log_topic_id: text() },
  DIS: {
    polling_unit: choice('s', 'ms'),
    stream_name: text(),
    sharditerator_type: choice('TRIM_HORIZON', 'LATEST'),
    polling_interval: integer(1, 60_000),
    is_serial: choice('true', 'false'),
    batch_size: integer(1, 10_000),
    max_fetch_bytes: optional(integer(1024, 4_194_304)),
  },
  // "The number of operation resources exceeds 100" is FSS.1313.
  CTS: { name: text({ max: 64 }), operations: texts },
};

/** The fields of a DIS trigger that an update may change; `is_serial` is true or false there, not a text. */
export const DIS_UPDATE = {
  is_serial: flag,
  polling_unit: optional(RULES.DIS.polling_unit),
  polling_interval: optional(RULES.DIS.polling_interval),
  max_fetch_bytes: RULES.DIS.max_fetch_bytes,
};

export type TriggerType = keyof typeof RULES;
export type EventData = { readonly [T in TriggerType]: Data<(typeof RULES)[T]> };

type Problem = (name: string, what: string) => void;
type Check<T extends TriggerType> = (data: EventData[T], problem: Problem, own: Record<string, unknown>) => void;

const checkPath = ({ path }: EventData['APIG'], problem: Problem): void => {
  try {
    parseTemplate(path);
    if (/[\s?#]/.test(path)) problem('path', 'must have neither white space nor ? and #');
  } catch (error) {
    problem('path', `is wrong: ${(error as Error).message}`);
  }
};

/** Fields that must go together. */
export const CHECKS: { readonly [T in TriggerType]?: Check<T> } = {
  OBS: ({ events }, problem) => {
    const names = events.map(eventNames);
    if (names.some(({ length }) => length === 0)) problem('events', 'names an event that OBS does not have');
    // "ObjectCreated" and "Put" exclude each other.
    if (new Set(names.flat()).size < names.flat().length) problem('events', 'names an event twice');
  },
  EVENTGRID: ({ source_name: source, bucket, event_types: types }, problem, own) => {
    // The service would pass over the name and leave keys as they are, and `a+b` would then be read as `a b`.
    for (const wrong of ['key_encode', 'keyEncode', 'KeyEncode'])
      if (Object.hasOwn(own, wrong)) problem(wrong, 'is no field of the trigger: it is called Key_encode');
    if (source !== OBS_SOURCE) return;
    if (bucket === undefined) problem('bucket', 'is missing');
    if (!types.every((type) => OBS_EVENT_TYPES.includes(type)))
      problem('event_types', `must hold nothing but ${OBS_EVENT_TYPES.join(', ')}`);
  },
  TIMER: ({ schedule_type, schedule }, problem) => {
    try {
      parseSchedule(schedule_type, schedule);
    } catch (error) {
      // A schedule is no secret, and without it nobody sees what is wrong with it.
      problem('schedule', `is wrong: ${(error as Error).message}`);
    }
  },
  APIG: checkPath,
  DEDICATEDGATEWAY: checkPath,
  KAFKA: ({ kafka_user: user, kafka_ssl_enable: ssl }, problem, { kafka_password: password }) => {
    if ((user === undefined) !== !password || (ssl === true && user === undefined))
      problem('kafka_user', 'and kafka_password must be given together, and with kafka_ssl_enable both of them');
  },
  DIS: ({ polling_interval: interval, polling_unit: unit }, problem) => {
    const range = intervalRange(unit);
    if (interval < range.min || interval > range.max)
      problem('polling_interval', `must be an integer from ${range.min} to ${range.max}`);
  },
};

/** Range of the time between two pulls of DIS, at most a minute. */
export function intervalRange(unit: 's' | 'ms'): { readonly min: number; readonly max: number } {
  return unit === 'ms' ? { min: 2, max: 60_000 } : { min: 1, max: 60 };
}

/**
 * Whether an upload could reach both triggers. OBS refuses such a pair: nothing would say to whom the notification goes.
 */
export function overlaps(one: EventData['OBS'], other: EventData['OBS']): boolean {
  const nested = (a = '', b = '', fits: (long: string, short: string) => boolean): boolean => fits(a, b) || fits(b, a);
  const names = one.events.flatMap(eventNames);
  return (
    one.bucket === other.bucket &&
    other.events.flatMap(eventNames).some((name) => names.includes(name)) &&
    nested(one.prefix, other.prefix, (long, short) => long.startsWith(short)) &&
    nested(one.suffix, other.suffix, (long, short) => long.endsWith(short))
  );
}

/**
 * The events of one configured name, spelled as in the API's description (`ObjectCreated`, `Put`), as in the vendor's
 * tools (`s3:ObjectCreated:*`) or without their prefix (`ObjectCreated:Put`): sources differ, and all are in use.
 */
function eventNames(configured: string): readonly string[] {
  const name = configured.replace(/^s3:/, '');
  return EVENT_NAMES.filter((known) => {
    const [group = '', action = ''] = known.split(':');
    return [known, group, `${group}:*`, action].includes(name);
  });
}
