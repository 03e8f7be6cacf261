import { type Fields, given } from '../fields.ts';

/**
 * event_data of the sources that the local cloud does not have. Their passwords are checked and forgotten: the service
 * never shows them again.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html
 */

export interface KafkaData {
  readonly instance_id: string;
  readonly topic_ids: readonly string[];
  readonly batch_size: number;
  readonly kafka_user?: string;
  readonly kafka_connect_address?: string;
  readonly kafka_ssl_enable?: boolean;
}

export function readKafka(fields: Fields): KafkaData {
  const ssl = fields.flag('kafka_ssl_enable');
  const user = fields.text('kafka_user', { optional: true });
  const password = fields.text('kafka_password', { optional: true });
  if ((user === undefined) !== (password === undefined) || (ssl === true && user === undefined))
    fields.problem('kafka_user', 'and kafka_password must be given together, and with kafka_ssl_enable both of them');
  return {
    instance_id: fields.text('instance_id'),
    topic_ids: fields.texts('topic_ids'),
    batch_size: fields.integer('batch_size', { min: 1, max: 1000 }),
    ...given({
      kafka_user: user,
      kafka_connect_address: fields.text('kafka_connect_address', { optional: true }),
      kafka_ssl_enable: ssl,
    }),
  };
}

export interface RabbitMqData {
  readonly instance_id: string;
  readonly exchange_name: string;
  readonly batch_size: number;
  readonly access_user?: string;
  readonly vhost?: string;
  readonly connect_address?: string;
  readonly ssl_enable?: boolean;
}

export function readRabbitMq(fields: Fields): RabbitMqData {
  fields.text('access_password');
  return {
    instance_id: fields.text('instance_id'),
    exchange_name: fields.text('exchange_name'),
    batch_size: fields.integer('batch_size', { min: 1, max: 1000 }),
    ...given({
      access_user: fields.text('access_user', { optional: true }),
      vhost: fields.text('vhost', { optional: true }),
      connect_address: fields.text('connect_address', { optional: true }),
      ssl_enable: fields.flag('ssl_enable'),
    }),
  };
}

export interface SmnData {
  readonly topic_urn: string;
}

export function readSmn(fields: Fields): SmnData {
  return {
    topic_urn: fields.text('topic_urn', {
      pattern: /^urn:smn:[\w-]+:[\w-]+:[\w-]+$/,
      says: 'be like urn:smn:<region>:<project>:<topic>',
    }),
  };
}

export interface LtsData {
  readonly log_group_id: string;
  readonly log_topic_id: string;
}

export function readLts(fields: Fields): LtsData {
  return { log_group_id: fields.text('log_group_id'), log_topic_id: fields.text('log_topic_id') };
}

export interface DisData {
  readonly stream_name: string;
  readonly sharditerator_type: 'TRIM_HORIZON' | 'LATEST';
  readonly polling_interval: number;
  readonly polling_unit: 's' | 'ms';
  readonly is_serial: 'true' | 'false';
  readonly batch_size: number;
  readonly max_fetch_bytes?: number;
}

/** Milliseconds between two pulls, and bytes of one. */
const PULL = { min: 2, max: 60_000 } as const;
const FETCH = { min: 1024, max: 4_194_304 } as const;

export function readDis(fields: Fields): DisData {
  const unit = fields.choice('polling_unit', ['s', 'ms']);
  return {
    stream_name: fields.text('stream_name'),
    sharditerator_type: fields.choice('sharditerator_type', ['TRIM_HORIZON', 'LATEST']),
    polling_interval: fields.integer('polling_interval', pull(unit)),
    polling_unit: unit,
    is_serial: fields.choice('is_serial', ['true', 'false']),
    batch_size: fields.integer('batch_size', { min: 1, max: 10_000 }),
    ...given({ max_fetch_bytes: fields.integer('max_fetch_bytes', { ...FETCH, optional: true }) }),
  };
}

/**
 * The fields of a DIS trigger that an update may change; `is_serial` is true or false there, not a text.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0124.html
 */
export function updateDis(fields: Fields, data: DisData): DisData {
  const serial = fields.flag('is_serial');
  const unit = fields.choice('polling_unit', ['s', 'ms'], { optional: true }) ?? data.polling_unit;
  const range = pull(unit);
  const interval = fields.integer('polling_interval', { ...range, optional: true }) ?? data.polling_interval;
  // A new unit gives the old interval another length.
  if (interval < range.min || interval > range.max)
    fields.problem('polling_unit', `does not go with the interval, which must be ${range.min} to ${range.max}`);
  const bytes = fields.integer('max_fetch_bytes', { ...FETCH, optional: true });
  return {
    ...data,
    polling_unit: unit,
    ...(serial === undefined ? {} : { is_serial: serial ? 'true' : 'false' }),
    polling_interval: interval,
    ...(bytes === undefined ? {} : { max_fetch_bytes: bytes }),
  };
}

function pull(unit: 's' | 'ms'): { min: number; max: number } {
  return unit === 'ms' ? PULL : { min: 1, max: PULL.max / 1000 };
}

export interface CtsData {
  readonly name: string;
  readonly operations: readonly string[];
}

/** "The number of operation resources exceeds 100" is FSS.1313. */
export function readCts(fields: Fields): CtsData {
  return {
    name: fields.text('name', { max: 64 }),
    operations: fields.texts('operations', { max: 100 }),
  };
}
