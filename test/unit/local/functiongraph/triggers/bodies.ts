/** event_data that the service takes, by type: each with every field that matters. */
export const GOOD = {
  EVENTGRID: {
    channel_id: '7a0e0eb1-1b5d-4d4d-8a38-0d5b3f3a1c11',
    channel_name: 'default',
    source_name: 'HC.OBS.DWR',
    trigger_name: 'uploads',
    agency: 'fgs_to_eg',
    bucket: 'source',
    event_types: ['OBS:DWR:ObjectCreated:PUT', 'OBS:DWR:ObjectCreated:POST'],
    Key_encode: true,
  },
  OBS: { bucket: 'source', events: ['s3:ObjectCreated:*'], prefix: 'in/', suffix: '.jpg', name: 'uploads' },
  TIMER: { name: 'redrive', schedule_type: 'Rate', schedule: '15m', user_event: '{}' },
  APIG: {
    name: 'API_redrive',
    type: 1,
    path: '/redrive/{id}',
    protocol: 'HTTPS',
    req_method: 'POST',
    group_id: 'local',
    env_name: 'RELEASE',
    env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
    match_mode: 'NORMAL',
    auth: 'IAM',
    func_info: { timeout: 5000, invocation_type: 'sync' },
  },
  DEDICATEDGATEWAY: {
    name: 'API_redrive',
    type: 1,
    path: '/redrive',
    protocol: 'HTTPS',
    req_method: 'POST',
    group_id: 'local',
    env_name: 'RELEASE',
    env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
    match_mode: 'SWA',
    auth: 'APP',
    func_info: { timeout: 5000 },
    instance_id: 'gateway-1',
  },
  KAFKA: {
    instance_id: 'kafka-1',
    topic_ids: ['a', 'b'],
    batch_size: 100,
    kafka_user: 'user',
    kafka_password: 'secret-of-kafka',
  },
  RABBITMQ: {
    instance_id: 'rabbit-1',
    exchange_name: 'exchange',
    batch_size: 10,
    access_user: 'user',
    access_password: 'secret-of-rabbit',
    vhost: '/',
  },
  SMN: { topic_urn: 'urn:smn:cn-north-4:project:topic' },
  LTS: { log_group_id: 'group', log_topic_id: 'topic' },
  DIS: {
    stream_name: 'stream',
    sharditerator_type: 'LATEST',
    polling_interval: 30,
    polling_unit: 's',
    is_serial: 'true',
    batch_size: 100,
    max_fetch_bytes: 1024,
  },
  CTS: { name: 'audit', operations: ['OBS:bucket:createBucket'] },
} as const;

export type Type = keyof typeof GOOD;
export const TYPES = Object.keys(GOOD) as Type[];

/** The body of a request that creates a trigger. */
export function bodyOf(type: Type, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { trigger_type_code: type, event_data: { ...GOOD[type], ...changes } };
}
