import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKey } from '#shared/encoding/decode.ts';
import { AppError } from '#shared/errors/base.ts';
import { UnrecognisedEventError } from '#shared/events/errors.ts';
import type { NormalisedEvent } from '#shared/events/object-change.ts';
import { normaliseEvent } from '#shared/events/sources.ts';
import { everySource, FORM } from '../../helpers/key-encodings.ts';
import { runs } from '../../helpers/thorough.ts';
import { anyText, formEncodedKey, RUN } from '../encoding/arbitraries.ts';

const RUNS = { ...RUN, numRuns: runs(500) };
const encoding = fc.constantFrom('form', 'rfc3986', 'raw');
const options = fc.tuple(encoding, encoding).map(([all, obs]) => ({ ...everySource(all), obs }));

const NAMES = [
  'Records',
  'events',
  's3',
  'obs',
  'bucket',
  'name',
  'object',
  'key',
  'eventName',
  'source',
  'type',
  'data',
];
const TEXTS = [
  '',
  'HC.OBS.DWR',
  'ObjectCreated:Put',
  'OBS:DWR:ObjectCreated:PUT',
  'ObjectRemoved:Delete',
  'a%2Bb',
  '%',
];

/** Any JSON, with the field names and texts that are looked for strewn in. */
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, 0, ...TEXTS),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES, '__proto__', 'constructor', 'size', 'time'), tie('value'), { maxKeys: 6 }),
  ),
})).value;

/** A payload of one of the shapes, right in places and anything in others. */
const object = fc.record({
  bucket: fc.oneof(fc.constant({ name: 'b' }), anyJson),
  object: fc.record({ key: fc.oneof(fc.constantFrom('a%2Bb', 'x'), anyJson) }),
});
const change = fc.oneof(object, anyJson);
const eventName = fc.oneof(
  { weight: 3, arbitrary: fc.constant<unknown>('ObjectCreated:Put') },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...TEXTS) },
  { weight: 1, arbitrary: anyJson },
);
const nativeRecord = fc.oneof(
  fc.record({ s3: change, eventName }, { requiredKeys: [] }),
  fc.record({ obs: change, eventName }, { requiredKeys: [] }),
  anyJson,
);
const item = fc.oneof(fc.record({ obs: change, eventName }, { requiredKeys: [] }), anyJson);
const cloudEvent = fc.record(
  { source: fc.constant('HC.OBS.DWR'), type: eventName, data: fc.oneof(item, fc.array(item, { maxLength: 3 })) },
  { requiredKeys: ['source'] },
);
const payload = fc.oneof(
  fc.array(nativeRecord, { maxLength: 4 }).map((Records) => ({ Records })),
  cloudEvent,
  fc.array(fc.oneof(cloudEvent, anyJson), { maxLength: 4 }),
  fc.array(fc.oneof(cloudEvent, anyJson), { maxLength: 4 }).map((events) => ({ events })),
  anyJson,
  fc.anything(),
);

function normalise(event: unknown, chosen: Parameters<typeof normaliseEvent>[1]): NormalisedEvent | undefined {
  try {
    return normaliseEvent(event, chosen);
  } catch (error) {
    if (!(error instanceof UnrecognisedEventError)) throw error;
    return undefined;
  }
}

function record(key: string, eventName = 'ObjectCreated:Put'): unknown {
  return { s3: { bucket: { name: 'b' }, object: { key } }, eventName };
}

describe('any payload', () => {
  it('is normalised or not recognised: nothing else is thrown', () => {
    fc.assert(
      fc.property(payload, options, (event, chosen) => {
        const result = normalise(event, chosen);
        if (result === undefined) return;
        const { changes, ignored, rejected, records } = result;
        expect(changes.length + ignored.length + rejected.length).toBe(records);
        for (const entry of rejected) {
          expect(entry.error).toBeInstanceOf(AppError);
          expect(entry.problem.path.startsWith(entry.path) || entry.path === '').toBe(true);
        }
      }),
      { ...RUNS, numRuns: runs(3000) },
    );
  });

  it('is left as it was, and so are prototypes', () => {
    fc.assert(
      fc.property(payload, options, (event, chosen) => {
        const before = fc.stringify(event);
        normalise(event, chosen);
        expect(fc.stringify(event)).toBe(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('any list of records', () => {
  it('gives the key of every record, in order, whatever stands beside it', () => {
    const entry = fc.oneof(
      formEncodedKey.map(({ key, encoded }) => ({ record: record(encoded), key })),
      fc.constantFrom(record('%'), record('x', 'ObjectRemoved:Delete'), null, {}, record('\ud800')).map((broken) => ({
        record: broken,
        key: undefined,
      })),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const event = { Records: [...entries.map((each) => each.record), record('last')] };
        const { changes, records } = normaliseEvent(event, { ...FORM, eventgrid: 'raw' });
        const keys = entries.flatMap((each) => (each.key === undefined ? [] : [each.key]));
        expect(changes.map((change) => change.key)).toEqual([...keys, 'last']);
        expect(records).toBe(entries.length + 1);
        for (const change of changes) {
          const index = Number(/^Records\[(\d+)\]$/.exec(change.path)?.[1]);
          expect([...entries, { key: 'last' }][index]?.key).toBe(change.key);
        }
      }),
      RUNS,
    );
  });

  it('accepts a key exactly where its codec does', () => {
    fc.assert(
      fc.property(anyText, options, (text, chosen) => {
        const { changes, rejected } = normaliseEvent({ Records: [record(text)] }, chosen);
        let key: string | undefined;
        try {
          key = decodeKey(chosen.obs, text);
        } catch {}
        expect(changes[0]?.key).toBe(key);
        expect(rejected[0]?.problem.path).toBe(key === undefined ? 'Records[0].s3.object.key' : undefined);
      }),
      RUNS,
    );
  });
});
