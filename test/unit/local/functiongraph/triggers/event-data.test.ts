import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../../scripts/local/functiongraph/errors.ts';
import {
  firstStatus,
  readEventData,
  readStatus,
  readType,
  readUpdate,
} from '../../../../../scripts/local/functiongraph/triggers/event-data.ts';
import { runs } from '../../../../helpers/thorough.ts';
import { GOOD, TYPES, type Type } from './bodies.ts';

function refusal(work: () => unknown): { status: number; code: string; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was taken');
}

const change = (type: Type, changes: Readonly<Record<string, unknown>>): unknown => ({ ...GOOD[type], ...changes });

describe('event_data', () => {
  it.each(TYPES)('of %s is taken as documented, without its passwords', (type) => {
    const { kafka_password: _kafka, access_password: _rabbit, ...shown } = GOOD[type] as Record<string, unknown>;

    expect(readEventData(type, GOOD[type])).toEqual({ type, data: shown });
  });

  it.each(TYPES)('of %s names every mandatory field that is missing', (type) => {
    const { message } = refusal(() => readEventData(type, {}));

    const named = message
      .replace(/^[^:]*: /, '')
      .split('; ')
      .map((problem) => problem.split(' ')[0]);
    const mandatory: Record<Type, string[]> = {
      EVENTGRID: ['source_name', 'channel_id', 'trigger_name', 'event_types'],
      OBS: ['bucket', 'events'],
      TIMER: ['name', 'schedule_type', 'schedule'],
      APIG: [
        'func_info',
        'name',
        'type',
        'path',
        'protocol',
        'req_method',
        'group_id',
        'env_name',
        'env_id',
        'match_mode',
        'auth',
      ],
      DEDICATEDGATEWAY: [
        'func_info',
        'name',
        'type',
        'path',
        'protocol',
        'req_method',
        'group_id',
        'env_name',
        'env_id',
        'match_mode',
        'auth',
        'instance_id',
      ],
      KAFKA: ['instance_id', 'topic_ids', 'batch_size'],
      RABBITMQ: ['access_password', 'instance_id', 'exchange_name', 'batch_size'],
      SMN: ['topic_urn'],
      LTS: ['log_group_id', 'log_topic_id'],
      DIS: ['polling_unit', 'stream_name', 'sharditerator_type', 'polling_interval', 'is_serial', 'batch_size'],
      CTS: ['name', 'operations'],
    };
    expect(named).toEqual(mandatory[type]);
  });

  it.each<[Type, Record<string, unknown>, string, string]>([
    ['TIMER', { schedule_type: 'RATE' }, 'FSS.1109', 'schedule_type must be Rate or Cron, in this case of letters'],
    ['TIMER', { schedule_type: 'CRON', schedule: '0 0 * * * *' }, 'FSS.1109', 'schedule_type must be Rate or Cron'],
    ['TIMER', { schedule: '61m' }, 'FSS.1109', 'at most 60m'],
    ['TIMER', { schedule: '25h' }, 'FSS.1109', 'at most 24h'],
    ['TIMER', { schedule: '31d' }, 'FSS.1109', 'at most 30d'],
    ['TIMER', { schedule: '3s' }, 'FSS.1109', 'a rate is a number and m, h or d'],
    ['TIMER', { schedule_type: 'Cron', schedule: '0 0' }, 'FSS.1109', 'it has 2 fields'],
    ['TIMER', { name: '1a' }, 'FSS.1109', 'name must begin with a letter'],
    ['TIMER', { name: 'a'.repeat(65) }, 'FSS.1109', 'name must have at most 64 characters'],
    ['TIMER', { user_event: {} }, 'FSS.1109', 'user_event must be a string'],
    ['OBS', { events: [] }, 'FSS.1106', 'events must be a list of at least one string'],
    ['OBS', { events: ['ObjectCreated', 'Put'] }, 'FSS.1106', 'events names an event twice'],
    ['OBS', { events: ['Put', 's3:ObjectCreated:Put'] }, 'FSS.1106', 'events names an event twice'],
    ['OBS', { events: ['ObjectCreated:Nope'] }, 'FSS.1106', 'events names an event that OBS does not have'],
    ['OBS', { events: ['constructor'] }, 'FSS.1106', 'events names an event that OBS does not have'],
    ['OBS', { bucket: 'Upper' }, 'FSS.1106', 'bucket must be the name of a bucket'],
    ['EVENTGRID', { Key_encode: 'true' }, 'FSS.0400', 'Key_encode must be true or false'],
    ['EVENTGRID', { key_encode: true }, 'FSS.0400', 'key_encode is no field of the trigger: it is called Key_encode'],
    ['EVENTGRID', { keyEncode: true }, 'FSS.0400', 'keyEncode is no field of the trigger'],
    ['EVENTGRID', { bucket: undefined }, 'FSS.0400', 'bucket is missing'],
    ['EVENTGRID', { event_types: ['ObjectCreated:Put'] }, 'FSS.0400', 'event_types must hold nothing but OBS:DWR:'],
    ['EVENTGRID', { event_types: ['OBS:DWR:ObjectCreated:Put'] }, 'FSS.0400', 'event_types must hold nothing but'],
    ['APIG', { auth: 'app' }, 'FSS.1107', 'auth must be IAM or APP or NONE, in this case of letters'],
    ['APIG', { func_info: {} }, 'FSS.1107', 'func_info.timeout is missing'],
    ['APIG', { func_info: { timeout: 60_001 } }, 'FSS.1107', 'func_info.timeout must be an integer from 1 to 60000'],
    ['APIG', { func_info: { timeout: 0 } }, 'FSS.1107', 'func_info.timeout must be an integer from 1 to 60000'],
    ['APIG', { func_info: { timeout: 1, invocation_type: 'ASYNC' } }, 'FSS.1107', 'func_info.invocation_type must be'],
    ['APIG', { func_info: [] }, 'FSS.1107', 'func_info must be an object'],
    ['APIG', { type: 3 }, 'FSS.1107', 'type must be an integer from 1 to 2'],
    ['APIG', { path: 'redrive' }, 'FSS.1107', 'path is wrong: The path redrive does not start with /'],
    ['APIG', { path: '/a/{b' }, 'FSS.1107', 'path is wrong: The path /a/{b has a malformed parameter'],
    ['APIG', { path: '/a?b' }, 'FSS.1107', 'path must have neither white space nor ? and #'],
    ['APIG', { req_method: 'post' }, 'FSS.1107', 'req_method must be GET or POST'],
    ['APIG', { match_mode: 'PREFIX' }, 'FSS.1107', 'match_mode must be SWA or NORMAL'],
    ['KAFKA', { batch_size: 1001 }, 'FSS.1112', 'batch_size must be an integer from 1 to 1000'],
    ['KAFKA', { topic_ids: ['a', 'a'] }, 'FSS.1112', 'topic_ids names an entry twice'],
    ['KAFKA', { topic_ids: ['a', 1] }, 'FSS.1112', 'topic_ids must hold strings only'],
    ['KAFKA', { kafka_password: undefined }, 'FSS.1112', 'kafka_user and kafka_password must be given together'],
    ['SMN', { topic_urn: 'topic' }, 'FSS.1102', 'topic_urn must be like urn:smn:'],
    ['RABBITMQ', { batch_size: 0 }, 'FSS.0400', 'batch_size must be an integer from 1 to 1000'],
    ['DIS', { is_serial: true }, 'FSS.0400', 'is_serial must be true or false, in this case of letters'],
    ['DIS', { polling_interval: 61 }, 'FSS.0400', 'polling_interval must be an integer from 1 to 60'],
    [
      'DIS',
      { polling_unit: 'ms', polling_interval: 1 },
      'FSS.0400',
      'polling_interval must be an integer from 2 to 60000',
    ],
    ['DIS', { max_fetch_bytes: 4_194_305 }, 'FSS.0400', 'max_fetch_bytes must be an integer from 1024 to 4194304'],
    ['DIS', { batch_size: 10_001 }, 'FSS.0400', 'batch_size must be an integer from 1 to 10000'],
    ['CTS', { operations: Array(101).fill('a') }, 'FSS.0400', 'operations must have at most 100 entries'],
    ['LTS', { log_group_id: 1 }, 'FSS.0400', 'log_group_id must be a string'],
  ])('of %s with %j is refused', (type, changes, code, message) => {
    const refused = refusal(() => readEventData(type, change(type, changes)));

    expect(refused).toMatchObject({ status: 400, code });
    expect(refused.message).toContain(message);
  });

  it.each<[Type, Record<string, unknown>]>([
    ['TIMER', { schedule: '60m' }],
    ['TIMER', { schedule: '24h' }],
    ['TIMER', { schedule: '30d' }],
    ['TIMER', { schedule_type: 'Cron', schedule: '@every 1h30m', user_event: '' }],
    ['TIMER', { schedule_type: 'Cron', schedule: 'CRON_TZ=Asia/Shanghai 0 30 2 * * *' }],
    ['OBS', { events: ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'] }],
    ['OBS', { events: ['ObjectCreated:Put', 's3:ObjectRemoved:*'], prefix: undefined, suffix: null }],
    ['EVENTGRID', { Key_encode: undefined, agency: undefined, channel_name: undefined }],
    ['EVENTGRID', { source_name: 'HC.ROCKETMQ', bucket: undefined, event_types: ['anything'] }],
    ['APIG', { func_info: { timeout: 60_000, invocation_type: 'async' } }],
    ['APIG', { func_info: { timeout: 1 }, path: '/', req_method: 'ANY', auth: 'NONE' }],
    ['DIS', { polling_unit: 'ms', polling_interval: 60_000, max_fetch_bytes: undefined }],
    ['KAFKA', { kafka_user: undefined, kafka_password: undefined }],
  ])('of %s with %j is taken', (type, changes) => {
    expect(readEventData(type, change(type, changes)).type).toBe(type);
  });

  it.each(['text', 7, null, undefined, [], [GOOD.TIMER], true])('that is %j is refused', (value) => {
    expect(refusal(() => readEventData('TIMER', value))).toEqual({
      status: 400,
      code: 'FSS.1109',
      message: 'Invalid TIMER trigger parameters: event_data must be an object',
    });
  });

  it('drops fields that the service does not have', () => {
    const own = JSON.parse('{"__proto__": {"schedule": "1m"}, "constructor": 1, "extra": 2}') as object;

    const { data } = readEventData('SMN', { ...GOOD.SMN, ...own });

    expect(Object.keys(data)).toEqual(['topic_urn']);
    expect(refusal(() => readEventData('TIMER', own)).message).toContain('schedule is missing');
  });

  it('is never more than refused, whatever it holds, and no refusal repeats a secret', () => {
    const SECRET = 'S3CR3T-VALUE';
    const anything = fc.oneof(
      fc.constant(SECRET),
      fc.jsonValue(),
      fc.constant([SECRET]),
      fc.constant({ timeout: SECRET }),
      fc.integer(),
      fc.constant(Number.MAX_SAFE_INTEGER + 1),
    );
    const names = [...new Set([...Object.values(GOOD).flatMap((data) => Object.keys(data)), '__proto__', 'toString'])];
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 4 }),
        fc.boolean(),
        (type, changes, whole) => {
          const value = whole ? { ...GOOD[type], ...changes } : changes;
          try {
            readEventData(type, value);
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            expect(error.status).toBe(400);
            // Paths and schedules are shown, because nobody could find their mistake otherwise.
            if (changes['path'] !== SECRET && changes['schedule'] !== SECRET) {
              expect(error.message).not.toContain(SECRET);
            }
          }
        },
      ),
      { seed: 6, numRuns: runs(1000) },
    );
  });
});

describe('trigger_type_code', () => {
  it.each(['timer', '', 'constructor', 7, null, undefined, {}])('%j is refused', (value) => {
    expect(refusal(() => readType(value))).toMatchObject({ status: 400, code: 'FSS.1101' });
  });

  it.each(['DDS', 'DMS', 'OPENSOURCEKAFKA', 'APIC', 'GAUSSMONGO', 'IOTDA'])(
    '%s is one that the local FunctionGraph does not know, and it says so',
    (value) => {
      expect(refusal(() => readType(value)).message).toContain(`does not know ${value}`);
    },
  );
});

describe('trigger_status', () => {
  it('is ACTIVE at first, for Kafka DISABLED', () => {
    expect(TYPES.filter((type) => firstStatus(type) === 'DISABLED')).toEqual(['KAFKA']);
  });

  it.each(TYPES)('of %s can be DISABLED only where the service says so', (type) => {
    const can = ['TIMER', 'KAFKA', 'LTS'].includes(type);

    if (can) expect(readStatus(type, 'DISABLED', 'ACTIVE')).toBe('DISABLED');
    else expect(refusal(() => readStatus(type, 'DISABLED', 'ACTIVE'))).toMatchObject({ status: 400, code: 'FSS.1318' });
    expect(readStatus(type, 'ACTIVE', 'DISABLED')).toBe('ACTIVE');
  });

  it.each(['active', 'DISABLE', 1, {}, ['ACTIVE']])('%j is refused', (value) => {
    expect(refusal(() => readStatus('TIMER', value, 'ACTIVE'))).toMatchObject({ status: 400, code: 'FSS.0400' });
  });
});

describe('an update', () => {
  const dis = readEventData('DIS', GOOD.DIS);

  it('changes the numbers of DIS, given as the object or as a list', () => {
    const expected = { ...GOOD.DIS, is_serial: 'false', polling_interval: 500, polling_unit: 'ms' };

    expect(readUpdate(dis, { is_serial: false, polling_unit: 'ms', polling_interval: 500 }).data).toEqual(expected);
    expect(readUpdate(dis, [{ is_serial: false }, { polling_unit: 'ms', polling_interval: 500 }]).data).toEqual(
      expected,
    );
  });

  it.each([
    [{ is_serial: 'false' }, 'is_serial must be true or false'],
    [{ polling_interval: 0 }, 'polling_interval must be an integer from 1 to 60'],
    ['text', 'event_data must be an object'],
    [[1], 'event_data must be an object'],
  ])('with %j is refused', (value, message) => {
    expect(refusal(() => readUpdate(dis, value)).message).toContain(message);
  });

  it('refuses a new unit with which the old interval does not go', () => {
    const quick = readEventData('DIS', { ...GOOD.DIS, polling_unit: 'ms', polling_interval: 30_000 });

    expect(refusal(() => readUpdate(quick, { polling_unit: 's' })).message).toContain(
      'polling_unit does not go with the interval, which must be 1 to 60',
    );
  });

  it.each(TYPES.filter((type) => type !== 'DIS'))('of event_data of %s is refused', (type) => {
    expect(refusal(() => readUpdate(readEventData(type, GOOD[type]), {})).message).toContain(
      'delete it and create another',
    );
  });
});
