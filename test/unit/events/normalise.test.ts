import { describe, expect, it } from 'vitest';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { InvalidRecordError, UnrecognisedEventError } from '#shared/events/errors.ts';
import type { Doubt } from '#shared/events/object-change.ts';
import { normaliseEvent } from '#shared/events/sources.ts';
import { type PayloadName, payload, payloadWith, payloadWithout } from '../../fixtures/payloads/payload.ts';
import { FORM } from '../../helpers/key-encodings.ts';

function keysOf(event: unknown, options: Parameters<typeof normaliseEvent>[1] = FORM): string[] {
  return normaliseEvent(event, options).changes.map((change) => change.key);
}

describe('native notifications', () => {
  it('reads the record of the FunctionGraph trigger', () => {
    expect(normaliseEvent(payload('native-post'), FORM)).toEqual({
      changes: [
        {
          source: 'obs',
          bucket: 'source-bucket',
          key: 'job.png',
          eventName: 'ObjectCreated:Post',
          time: '2026-09-30T03:24:42.533Z',
          size: 777835,
          etag: '9d377b10ce778c4938b3c7e2c63a229a',
          sequencer: '00000000160D9E681484D6B4C0000000',
          region: 'cn-north-4',
          path: 'Records[0]',
        },
      ],
      ignored: [],
      rejected: [],
      records: 1,
    });
  });

  it('reads every record, not only the first', () => {
    const event = normaliseEvent(payload('native-records'), FORM);

    expect(event.changes.map(({ bucket, key, eventName, path }) => [bucket, key, eventName, path])).toEqual([
      ['source-bucket', 'reports/2026/q3 final.pdf', 'ObjectCreated:Put', 'Records[0]'],
      ['other-bucket', 'a+b.txt', 'ObjectCreated:Copy', 'Records[1]'],
      ['source-bucket', 'TEST/中 文.jpg', 'ObjectCreated:CompleteMultipartUpload', 'Records[2]'],
    ]);
    expect(event.changes[1]?.size).toBe(0);
    expect(event.ignored).toEqual([
      { path: 'Records[3]', reason: 'object_removed', eventName: 'ObjectRemoved:Delete' },
    ]);
    expect(event.records).toBe(4);
  });

  it('reads version 3.0 records, which hold obs in place of s3', () => {
    const event = normaliseEvent(payload('v3-records'), FORM);

    expect(event.changes[0]).toEqual({
      source: 'obs',
      bucket: 'source-bucket',
      key: 'TEST/中 文.jpg',
      eventName: 'ObjectCreated:Put',
      time: '2026-09-30T03:24:42.533Z',
      size: 112,
      etag: '6f9433fb110632de417e2e697dcb1b5f',
      versionId: 'G00101A0F057D2A5FFFFCB8700806592null',
      sequencer: '1',
      eventId: 'b27e6cbff1f6865c83111f130a982f56',
      region: 'cn-east-3',
      path: 'Records[0]',
    });
    expect(event.changes).toHaveLength(2);
    expect(event.ignored).toHaveLength(1);
  });

  it('accepts the s3: prefix and names the event without it', () => {
    expect(normaliseEvent(payload('native-s3-prefix'), FORM).changes[0]?.eventName).toBe('ObjectCreated:Put');
  });

  it('decodes keys as the setting says and never by their content', () => {
    const event = payloadWith('native-post', 'Records[0].s3.object.key', 'a+b%2Bc');

    expect(keysOf(event)).toEqual(['a b+c']);
    expect(keysOf(event, { ...FORM, obs: 'rfc3986' })).toEqual(['a+b+c']);
    expect(keysOf(event, { ...FORM, obs: 'raw' })).toEqual(['a+b%2Bc']);
  });

  it('keeps keys that break other systems', () => {
    expect(keysOf(payload('native-hostile-keys'))).toEqual([
      'a+b',
      'a b',
      'a%20b',
      '100%',
      '%%%.png',
      '/lead',
      'a//b',
      '../x',
      './x',
      'dir/',
      'emoji-😀',
      'é',
      'e\u0301',
      '\r\n\t',
      '#?&=',
      '__proto__',
      'constructor',
      '0012',
      '\ufffd',
    ]);
  });

  it('rejects a record with a malformed key by its path and keeps its neighbours', () => {
    const event = normaliseEvent(payload('native-malformed-percent'), FORM);

    expect(event.changes.map((change) => change.key)).toEqual(['before.txt', 'after.txt']);
    expect(event.rejected).toHaveLength(1);
    const [rejected] = event.rejected;
    expect(rejected?.path).toBe('Records[1]');
    expect(rejected?.problem).toMatchObject({ path: 'Records[1].s3.object.key', rule: 'malformed_percent' });
    expect(rejected?.error).toBeInstanceOf(KeyEncodingError);
    expect(rejected?.error).toMatchObject({ position: 6 });
  });

  it.each([
    ['Records[0].s3', 'required', 'native-records'],
    ['Records[0].eventName', 'required', 'native-post'],
    ['Records[0].s3.bucket', 'required', 'native-post'],
    ['Records[0].s3.bucket.name', 'required', 'native-post'],
    ['Records[0].s3.object', 'required', 'native-post'],
    ['Records[0].s3.object.key', 'required', 'native-post'],
    ['Records[0].obs.object.key', 'required', 'v3-records'],
  ] satisfies [string, string, PayloadName][])('rejects a record without %s', (path, rule, name) => {
    const event = normaliseEvent(payloadWithout(name, path), FORM);

    expect(event.rejected[0]?.problem).toMatchObject({ path, rule });
    expect(event.rejected[0]?.error).toBeInstanceOf(InvalidRecordError);
    expect(event.rejected[0]?.error.details).toEqual([event.rejected[0]?.problem]);
  });

  it.each([
    ['Records[0]', null, 'type'],
    ['Records[0]', [], 'type'],
    ['Records[0].eventName', 7, 'type'],
    ['Records[0].eventName', '', 'empty'],
    ['Records[0].s3', 'text', 'type'],
    ['Records[0].s3.bucket', [], 'type'],
    ['Records[0].s3.bucket.name', '', 'empty'],
    ['Records[0].s3.bucket.name', null, 'type'],
    ['Records[0].s3.object', 0, 'type'],
    ['Records[0].s3.object.key', 12, 'type'],
    ['Records[0].s3.object.key', '', 'empty'],
    ['Records[0].s3.object.key', '\ud800', 'lone_surrogate'],
    ['Records[0].s3.object.key', '%ED%A0%80', 'invalid_utf8'],
    ['Records[0].s3.object.key', 'k'.repeat(1025), 'too_long'],
  ])('rejects %s = %j by the rule %s', (path, value, rule) => {
    const event = normaliseEvent(payloadWith('native-records', path, value), FORM);

    expect(event.rejected[0]?.problem).toMatchObject({ path, rule });
    expect(event.changes).toHaveLength(2);
  });

  it('takes the bucket from its second name where the first is absent', () => {
    const event = normaliseEvent(payloadWithout('v3-records', 'Records[0].obs.bucket.name'), FORM);

    expect(event.changes[0]?.bucket).toBe('source-bucket');
  });

  it('ignores removals without looking at their keys', () => {
    const event = normaliseEvent(payloadWith('native-removed', 'Records[0].s3.object.key', '%'), FORM);

    expect(event.ignored.map((ignored) => ignored.reason)).toEqual(['object_removed', 'object_removed']);
    expect(event.rejected).toEqual([]);
  });

  it('ignores the test message', () => {
    expect(normaliseEvent(payload('native-test-event'), FORM)).toEqual({
      changes: [],
      ignored: [{ path: '', reason: 'test_event', eventName: 's3:TestEvent' }],
      rejected: [],
      records: 1,
    });
  });

  it('leaves out what it cannot read of the optional fields', () => {
    for (const [path, value] of [
      ['Records[0].eventTime', '2026-09-30T11:24:42.533Asia/Shanghai'],
      ['Records[0].eventTime', 1545205770],
      ['Records[0].eventTime', '2026-13-30T03:24:42Z'],
      ['Records[0].eventTime', `2026-09-30T03:24:42.${'5'.repeat(100)}Z`],
      ['Records[0].s3.object.size', -1],
      ['Records[0].s3.object.size', 'many'],
      ['Records[0].s3.object.eTag', null],
      ['Records[0].awsRegion', {}],
      ['Records[0].s3.object.sequencer', ''],
    ] as const) {
      const [change] = normaliseEvent(payloadWith('native-post', path, value), FORM).changes;
      expect(Object.keys(change ?? {})).toHaveLength(9);
    }
  });

  it('prefers s3 where a record holds obs, too', () => {
    const event = normaliseEvent(payloadWith('native-post', 'Records[0].obs', { object: { key: 'other' } }), FORM);

    expect(event.changes[0]?.key).toBe('job.png');
  });

  it.each([
    [{ 'x-obs-request-id': 'obs-1', 'x-amz-request-id': 'amz-1' }, 'obs-1'],
    [{ 'x-obs-request-id': '', 'x-amz-request-id': 'amz-1' }, 'amz-1'],
    [{ 'x-obs-request-id': '', 'x-amz-request-id': '' }, undefined],
  ])('names the request of %j as the event', (responseElements, eventId) => {
    const event = normaliseEvent(payloadWith('native-post', 'Records[0].responseElements', responseElements), FORM);

    expect(event.changes[0]?.eventId).toBe(eventId);
  });

  it('reads a size that is written as digits', () => {
    const event = normaliseEvent(payloadWith('native-post', 'Records[0].s3.object.size', '777835'), FORM);

    expect(event.changes[0]?.size).toBe(777835);
  });
});

describe('EventGrid notifications', () => {
  it('reads one CloudEvent, with the time of its envelope', () => {
    expect(normaliseEvent(payload('eventgrid-put'), FORM).changes).toEqual([
      {
        source: 'eventgrid',
        bucket: 'source-bucket',
        key: 'test.tar',
        eventName: 'ObjectCreated:Put',
        // Not data.eventTime, which says 11:24 and means UTC+8.
        time: '2026-09-30T03:24:43.167931174Z',
        size: 112,
        etag: '6f9433fb110632de417e2e697dcb1b5f',
        versionId: 'G00101A0F057D2A5FFFFCB8700806592null',
        eventId: 'b27e6cbff1f6865c83111f130a982f56',
        region: 'cn-east-3',
        path: '',
      },
    ]);
  });

  it.each([
    ['eventgrid-array', ['one.txt', 'two+2.txt'], ['[0]', '[1]']],
    ['eventgrid-events', ['one.txt', 'big.iso'], ['events[0]', 'events[1]']],
    ['eventgrid-data-array', ['first.txt', 'second.txt'], ['data[0]', 'data[1]']],
  ] satisfies [PayloadName, string[], string[]][])('reads every record of %s', (name, keys, paths) => {
    const event = normaliseEvent(payload(name), FORM);

    expect(event.changes.map((change) => change.key)).toEqual(keys);
    expect(event.changes.map((change) => change.path)).toEqual(paths);
    expect(event.records).toBe(2);
  });

  it('reads keys as they are where the trigger does not encode them', () => {
    expect(keysOf(payload('eventgrid-key-encoding-off'), { ...FORM, eventgrid: 'raw' })).toEqual([
      '报告/a+b %2F ☃.txt',
    ]);
    expect(keysOf(payload('eventgrid-key-encoding-on'))).toEqual(['报告/a+b %2F ☃.txt']);
  });

  it('reads a CloudEvent as one even if it has a field called events', () => {
    expect(keysOf(payloadWith('eventgrid-put', 'events', []))).toEqual(['test.tar']);
  });

  it('takes the key from the object, not from subject', () => {
    expect(keysOf(payloadWith('eventgrid-put', 'subject', 'other.tar'))).toEqual(['test.tar']);
  });

  it.each([
    'OBS:DWR:ObjectCreated:PUT',
    'OBS:DWR:ObjectCreated:POST',
    'OBS:DWR:ObjectCreated:COPY',
    'OBS:DWR:ObjectCreated:CompleteMultipartUpload',
    'OBS:DWR:ObjectCreated:Put',
    'OBS:DWR:ObjectCreated:COMPLETEMULTIPARTUPLOAD',
    'ObjectCreated:Put',
    's3:ObjectCreated:Put',
  ])('accepts the type %s', (type) => {
    expect(keysOf(payloadWith('eventgrid-put', 'type', type))).toEqual(['test.tar']);
  });

  it('names the event by its type where the data has no name', () => {
    const event = payloadWithout('eventgrid-array', '[1].data.eventName');

    expect(normaliseEvent(event, FORM).changes[1]?.eventName).toBe('ObjectCreated:Copy');
  });

  it.each([
    ['type', 'OBS:DWR:ObjectRemoved:Delete', 'object_removed'],
    ['type', 'OBS:DWR:ObjectRemoved:DeleteMarkerCreated', 'object_removed'],
    ['data.eventName', 'ObjectRemoved:Delete', 'object_removed'],
    ['data.eventName', 'ObjectCreated:PutTagging', 'not_an_object_creation'],
    ['data.eventName', 'ObjectRestore:Completed', 'not_an_object_creation'],
  ])('ignores an event whose %s is %s as %s', (path, value, reason) => {
    const event = normaliseEvent(payloadWith('eventgrid-put', path, value), FORM);

    expect(event.ignored).toHaveLength(1);
    expect(event.ignored[0]).toMatchObject({ path: '', reason });
    expect(event.changes).toEqual([]);
  });

  const unnamed = (type: string): unknown => ({
    ...(payloadWithout('eventgrid-put', 'data.eventName') as object),
    type,
  });
  it.each<[string, unknown, string, Doubt | undefined]>([
    [
      'an unknown name',
      payloadWith('eventgrid-put', 'data.eventName', 'ObjectCreated:Append'),
      'ObjectCreated:Append',
      'unknown_event_name',
    ],
    ['an unknown type', payloadWith('eventgrid-put', 'type', 'object:put'), 'ObjectCreated:Put', 'unknown_event_name'],
    [
      'an unknown type and no name',
      unnamed('OBS:DWR:ObjectCreated:APPEND'),
      'OBS:DWR:ObjectCreated:APPEND',
      'unknown_event_name',
    ],
    ['a type of blanks', payloadWith('eventgrid-put', 'type', ' '), 'ObjectCreated:Put', 'unknown_event_name'],
    ['another source', payloadWith('eventgrid-put', 'source', 'HC.SMN'), 'ObjectCreated:Put', 'unknown_source'],
    [
      'a source with a trailing blank',
      payloadWith('eventgrid-put', 'source', 'HC.OBS.DWR '),
      'ObjectCreated:Put',
      'unknown_source',
    ],
    [
      'the source of audit records',
      payloadWith('eventgrid-put', 'source', 'HC.OBS'),
      'ObjectCreated:Put',
      'unknown_source',
    ],
    [
      'a name with a trailing blank',
      payloadWith('eventgrid-put', 'data.eventName', 'ObjectCreated:Put '),
      'ObjectCreated:Put',
      undefined,
    ],
  ])('takes an event with %s for a creation', (_what, written, eventName, doubt) => {
    const { changes, records } = normaliseEvent(written, FORM);

    expect(records).toBe(1);
    expect(changes).toMatchObject([{ key: 'test.tar', eventName, path: '' }]);
    expect(changes[0]?.doubt).toBe(doubt);
  });

  it('ignores an event that was removed by its type where it has no name', () => {
    expect(normaliseEvent(unnamed('OBS:DWR:ObjectRemoved:Delete'), FORM).ignored).toMatchObject([
      { reason: 'object_removed' },
    ]);
  });

  it('reads every item of an event of another source', () => {
    const event = normaliseEvent(payloadWith('eventgrid-data-array', 'source', 'HC.SMN'), FORM);

    expect(event.changes.map(({ doubt }) => doubt)).toEqual(['unknown_source', 'unknown_source']);
  });

  it('rejects an event of another source without a record of OBS', () => {
    const event = normaliseEvent({ source: 'acs.oss', type: 'oss:ObjectCreated:PutObject', data: { oss: {} } }, FORM);

    expect(event.rejected).toMatchObject([{ path: '', problem: { path: 'data.obs', rule: 'required' } }]);
  });

  it('ignores audit records of buckets', () => {
    expect(normaliseEvent(payload('eventgrid-audit'), FORM).ignored).toEqual([
      { path: '', reason: 'audit_record', eventName: 'OBS:CloudTrace:ApiCall' },
    ]);
  });

  it.each([
    ['eventgrid-put', 'data', '', 'data', 'required'],
    ['eventgrid-put', 'data.obs', '', 'data.obs', 'required'],
    ['eventgrid-put', 'data.obs.object.key', '', 'data.obs.object.key', 'required'],
    ['eventgrid-array', '[1].data.obs.bucket', '[1]', '[1].data.obs.bucket', 'required'],
    ['eventgrid-array', '[1].source', '[1]', '[1].source', 'required'],
    ['eventgrid-events', 'events[0].type', 'events[0]', 'events[0].type', 'required'],
    ['eventgrid-events', 'events[0].data.obs.object', 'events[0]', 'events[0].data.obs.object', 'required'],
    ['eventgrid-data-array', 'data[1].obs.object.key', 'data[1]', 'data[1].obs.object.key', 'required'],
  ] satisfies [PayloadName, string, string, string, string][])(
    'rejects a record of %s without %s',
    (name, removed, record, path, rule) => {
      const event = normaliseEvent(payloadWithout(name, removed), FORM);

      expect(event.rejected).toHaveLength(1);
      expect(event.rejected[0]).toMatchObject({ path: record, problem: { path, rule } });
      expect(event.records).toBe(name === 'eventgrid-put' ? 1 : 2);
    },
  );

  it('rejects a malformed key by its path', () => {
    const event = normaliseEvent(payloadWith('eventgrid-events', 'events[1].data.obs.object.key', 'a%zz'), FORM);

    expect(event.changes).toHaveLength(1);
    expect(event.rejected[0]?.problem).toMatchObject({
      path: 'events[1].data.obs.object.key',
      rule: 'malformed_percent',
    });
  });
});

describe('what is not a notification', () => {
  it.each([
    ['null', null],
    ['a text', 'Records'],
    ['a number', 7],
    ['an empty object', {}],
    ['a timer', { version: 'v2.0', time: '2026-06-01T08:30:00+08:00', trigger_type: 'TIMER', user_event: '' }],
    ['Records that is not a list', { Records: {} }],
    ['messages of a queue', { Records: [{ body: '{}', eventSource: 'aws:sqs' }] }],
    ['a list of something else', [1, 2]],
    ['events of another cloud', { events: [{ eventName: 'ObjectCreated:PutObject', oss: {} }] }],
    ['an inherited Records', Object.create({ Records: [] })],
  ])('refuses %s', (_name, event) => {
    expect(() => normaliseEvent(event, FORM)).toThrow(UnrecognisedEventError);
  });

  it.each([[{ Records: [] }], [[]], [{ events: [] }]])('takes %j for a notification of nothing', (event) => {
    expect(normaliseEvent(event, FORM)).toEqual({ changes: [], ignored: [], rejected: [], records: 0 });
  });
});

describe('a payload of several shapes', () => {
  const [record] = (payload('native-post') as { Records: unknown[] }).Records;
  const cloudEvent = payload('eventgrid-put') as object;

  it.each<[string, unknown, readonly string[]]>([
    ['no Records, and events', { Records: [], events: [cloudEvent] }, ['events[0]']],
    ['Records, and no events', { Records: [record], events: [] }, ['Records[0]']],
    ['Records and events', { Records: [record], events: [cloudEvent] }, ['Records[0]', 'events[0]']],
    ['a CloudEvent with no Records', { ...cloudEvent, Records: [] }, ['']],
  ])('is read whole: %s', (_what, event, paths) => {
    expect(normaliseEvent(event, FORM).changes.map(({ path }) => path)).toEqual(paths);
  });
});

describe('hostile payloads', () => {
  it('reads own properties only and leaves prototypes alone', () => {
    const text =
      '{"Records":[{"__proto__":{"s3":{}},"s3":{"__proto__":{"polluted":1},"bucket":{"name":"b"},"object":{"key":"__proto__","__proto__":{"size":1}}},"eventName":"ObjectCreated:Put","constructor":{"prototype":{"polluted":1}}}]}';

    const event = normaliseEvent(JSON.parse(text), FORM);

    expect(event.changes).toEqual([
      { source: 'obs', bucket: 'b', key: '__proto__', eventName: 'ObjectCreated:Put', path: 'Records[0]' },
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes an event name such as __proto__ for an unknown one', () => {
    const event = normaliseEvent(payloadWith('native-post', 'Records[0].eventName', '__proto__'), FORM);

    expect(event.changes[0]).toMatchObject({ eventName: '__proto__', doubt: 'unknown_event_name' });
  });

  it('cuts an endless event name', () => {
    const event = normaliseEvent(payloadWith('native-post', 'Records[0].eventName', 'x'.repeat(1e6)), FORM);

    expect(event.changes[0]?.eventName).toHaveLength(128);
  });

  it('reads a hundred thousand records', () => {
    const [record] = (payload('native-post') as { Records: unknown[] }).Records;

    const event = normaliseEvent({ Records: Array.from({ length: 100_000 }, () => record) }, FORM);

    expect(event.changes).toHaveLength(100_000);
    expect(event.changes.at(-1)?.path).toBe('Records[99999]');
  });

  it('repeats nothing of a record in its problems and errors', () => {
    const secret = 'AKIDSECRET%';
    const event = normaliseEvent(payloadWith('native-post', 'Records[0].s3.object.key', secret), FORM);

    const [rejected] = event.rejected;
    expect(JSON.stringify([rejected?.problem, rejected?.error.message, rejected?.error.stack])).not.toContain('AKID');
  });
});
