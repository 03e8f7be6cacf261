import type {
  ApigEvent,
  EventGridEvent,
  FunctionConfig,
  KafkaEvent,
  ObsEvent,
  ServerlessConfig,
  SmnEvent,
  TimerEvent,
} from '../../serverless/config.ts';
import type { WireBody } from '../client/functiongraph.ts';
import { shortHash } from '../fingerprint.ts';

/** A trigger that a function is to have. */
export interface DesiredTrigger {
  readonly type: string;
  /** Name for people. */
  readonly label: string;
  readonly status: 'ACTIVE' | 'DISABLED';
  /** `event_data` of CreateFunctionTrigger. */
  readonly eventData: WireBody;
  /** Names in event data that the API never returns. */
  readonly secretFields: readonly string[];
  /** A trigger replaces another one with the same identity. */
  readonly identity: string;
  /**
   * The part that stops between deleting the old one and creating the new one, for types of which the service refuses
   * two at once; undefined where both may be there, and the new one comes first.
   */
  readonly gap: string | undefined;
}

/** Types that a deployment looks after; others on its aliases it leaves alone. */
export const MANAGED_TYPES: ReadonlySet<string> = new Set([
  'APIG',
  'DEDICATEDGATEWAY',
  'EVENTGRID',
  'OBS',
  'TIMER',
  'KAFKA',
  'SMN',
]);
/** Types that can be switched off. functiongraph_06_0122 */
export const SWITCHED_TYPES: ReadonlySet<string> = new Set(['TIMER', 'KAFKA']);

/**
 * The triggers of a function, in the order of serverless.yml.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html (event_data)
 */
export function desiredTriggers(service: ServerlessConfig, key: string, fn: FunctionConfig): DesiredTrigger[] {
  return fn.events.map((event) => {
    if ('apig' in event) return apig(service, key, fn, event.apig);
    if ('eventgrid' in event) return eventGrid(service, key, event.eventgrid);
    if ('obs' in event) return obs(key, event.obs);
    if ('timer' in event) return timer(event.timer);
    if ('kafka' in event) return kafka(event.kafka);
    return smn(event.smn);
  });
}

const ALWAYS = { status: 'ACTIVE', secretFields: [] } as const;
/** Milliseconds. */
const LONGEST_GATEWAY_TIMEOUT = 60_000;

/** A route as the gateway tells it from others: what a parameter is called makes no difference. */
export function routeShape(method: string, path: string): string {
  return `${method} ${path.replace(/\{[^}/]*\}/g, '{}')}`;
}

/** Longest names, without the hash: of an EventGrid trigger, of an API. */
const NAME = { eventGrid: 64, apig: 64 } as const;

/**
 * Names a trigger after all of its settings: those that the API does not return are compared this way, and a changed
 * trigger can be created beside the one that it replaces.
 */
function named(readable: string, data: WireBody, longest: number): string {
  const hash = shortHash(JSON.stringify(data));
  return `${readable.slice(0, longest - hash.length - 1)}${readable.includes('_') ? '_' : '-'}${hash}`;
}

function apig(service: ServerlessConfig, key: string, fn: FunctionConfig, event: ApigEvent): DesiredTrigger {
  const { group = '', environment = 'RELEASE', environmentId = '', instance } = service.apiGateway ?? {};
  const data = {
    type: 1,
    path: event.path,
    protocol: 'HTTPS',
    req_method: event.method,
    group_id: group,
    env_name: environment,
    env_id: environmentId,
    match_mode: event.match ?? 'NORMAL',
    auth: event.auth,
    backend_type: 'FUNCTION',
    func_info: {
      invocation_type: event.async === true ? 'async' : 'sync',
      // The API's own default is five seconds, less than most of our functions may take.
      timeout: event.timeout ?? Math.min(LONGEST_GATEWAY_TIMEOUT, 1000 * fn.timeout),
    },
    ...(instance === undefined ? {} : { instance_id: instance }),
  };
  const readable = `${service.service}_${service.stage}_${key}`.replace(/[^A-Za-z0-9_]/g, '_');
  return {
    ...ALWAYS,
    type: instance === undefined ? 'APIG' : 'DEDICATEDGATEWAY',
    label: `${event.method} ${event.path}`,
    eventData: { name: named(readable, data, NAME.apig), ...data },
    identity: routeShape(event.method, event.path),
    gap:
      `${event.method} ${event.path} answers 404 for a moment; ` +
      'and as it is a new API afterwards, apps must be authorized for it again',
  };
}

function eventGrid(service: ServerlessConfig, key: string, event: EventGridEvent): DesiredTrigger {
  const { channel = 'default', channelId = '', agency = '' } = service.eventGrid ?? {};
  const data = {
    channel_id: channelId,
    channel_name: channel,
    source_name: 'HC.OBS.DWR',
    agency,
    bucket: event.bucket,
    ...scope(event),
    event_types: event.eventTypes,
    // The K is a capital. Without `Key_encode`, a key with `+` or `%` is ambiguous.
    Key_encode: event.keyEncode,
  };
  const readable = (event.name ?? `${key}-${event.bucket}`).replace(/[^A-Za-z0-9_.-]/g, '-');
  return {
    ...ALWAYS,
    type: 'EVENTGRID',
    label: labelOf(event),
    eventData: { ...data, trigger_name: named(readable, data, NAME.eventGrid) },
    identity: event.bucket,
    gap: undefined,
  };
}

function obs(key: string, event: ObsEvent): DesiredTrigger {
  const data = { bucket: event.bucket, events: event.events, ...scope(event) };
  const readable = (event.name ?? key).replace(/[^A-Za-z0-9_-]/g, '-');
  return {
    ...ALWAYS,
    type: 'OBS',
    label: labelOf(event),
    eventData: { ...data, name: named(readable, data, NAME.eventGrid) },
    identity: event.bucket,
    // FSS.1108: rules that an upload could match both must not be there at once.
    gap: `uploads to ${event.bucket} go unnoticed for a moment; reconcile finds them`,
  };
}

/** Bucket, and which part of it. */
function labelOf({ bucket, prefix = '', suffix = '' }: EventGridEvent | ObsEvent): string {
  return `${bucket}${prefix === '' && suffix === '' ? '' : `/${prefix}*${suffix}`}`;
}

function scope({ prefix, suffix }: EventGridEvent | ObsEvent): WireBody {
  return { ...(prefix ? { prefix } : {}), ...(suffix ? { suffix } : {}) };
}

function timer(event: TimerEvent): DesiredTrigger {
  return {
    type: 'TIMER',
    label: event.name,
    status: event.enabled === false ? 'DISABLED' : 'ACTIVE',
    // The name is in the event, so it stays what serverless.yml says.
    eventData: {
      name: event.name,
      schedule_type: event.type,
      schedule: event.schedule,
      user_event: event.userEvent ?? '',
    },
    secretFields: [],
    identity: event.name,
    gap: `the timer ${event.name} does not fire for a moment, and its interval begins anew`,
  };
}

function kafka(event: KafkaEvent): DesiredTrigger {
  return {
    type: 'KAFKA',
    label: `${event.instanceId} ${event.topicIds.join(',')}`,
    // The service's own default is DISABLED.
    status: event.enabled === false ? 'DISABLED' : 'ACTIVE',
    eventData: {
      instance_id: event.instanceId,
      topic_ids: event.topicIds,
      batch_size: event.batchSize ?? 100,
      ...(event.user === undefined
        ? {}
        : { kafka_user: event.user, kafka_password: event.password ?? '', kafka_ssl_enable: true }),
    },
    secretFields: ['kafka_password'],
    identity: event.instanceId,
    gap: 'records wait in their topics for a moment',
  };
}

function smn(event: SmnEvent): DesiredTrigger {
  return {
    ...ALWAYS,
    type: 'SMN',
    label: event.topicUrn,
    eventData: { topic_urn: event.topicUrn },
    identity: event.topicUrn,
    gap: `messages of ${event.topicUrn} are missed for a moment`,
  };
}
