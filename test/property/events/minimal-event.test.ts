import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnrecognisedEventError } from '#shared/events/errors.ts';
import type { NormalisedEvent } from '#shared/events/object-change.ts';
import { minimalEvent, normaliseEvent } from '#shared/events/sources.ts';
import { FORM } from '../../helpers/key-encodings.ts';
import { runs } from '../../helpers/thorough.ts';

const RUN = { seed: 20_261_121, numRuns: runs(1500) };

const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom<unknown>(null, '', 0, {}, []));
const key = fc.constantFrom<unknown>('a', 'a%2Bb', 'a+b', 'b', 'c', 'd', '%', 'a%2', '', 7, '%FF');
const object = fc.record({
  bucket: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom({ name: 'b' }, { bucket: 'b' }) },
    { weight: 1, arbitrary: junk },
  ),
  object: fc.record({ key, size: junk, eTag: junk }, { requiredKeys: ['key'] }),
});
const PUT = 'ObjectCreated:Put';
const name = fc.constantFrom<unknown>(PUT, PUT, PUT, PUT, PUT, 'ObjectRemoved:Delete', 7);
const time = fc.constantFrom<unknown>('2026-09-30T03:24:43.160Z', '2026-09-30T11:24:43+08:00', 'never', 1);
/** Adds fields with any name that JSON allows. */
const withOddFields = <T extends object>(fields: fc.Arbitrary<T>) =>
  fc.tuple(fields, fc.boolean()).map(([each, isOdd]): unknown => {
    const odd = '{"__proto__":{"s3":{}},"constructor":1,"Records":[1],';
    return isOdd ? JSON.parse(JSON.stringify(each).replace(/^\{(?=")/, odd)) : each;
  });
const nativeRecord = fc.oneof(
  { weight: 4, arbitrary: withOddFields(fc.record({ s3: object, eventName: name, eventTime: time })) },
  { weight: 2, arbitrary: withOddFields(fc.record({ obs: object, eventName: name }, { requiredKeys: ['obs'] })) },
  { weight: 1, arbitrary: junk },
);
const TYPE = 'OBS:DWR:ObjectCreated:PUT';
const item = fc.oneof(
  { weight: 5, arbitrary: fc.record({ obs: object, eventName: name }, { requiredKeys: ['obs'] }) },
  { weight: 1, arbitrary: junk },
);
const cloudEvent = withOddFields(
  fc.record(
    {
      source: fc.constantFrom('HC.OBS.DWR', 'HC.OBS.DWR', 'HC.OBS.DWR', 'other'),
      type: fc.constantFrom<unknown>(TYPE, TYPE, TYPE, TYPE, 'x', 7),
      id: fc.string(),
      time,
      data: fc.oneof(item, fc.array(item, { maxLength: 4 })),
    },
    { requiredKeys: ['source', 'type'] },
  ),
);
const events = fc.array(fc.oneof({ weight: 4, arbitrary: cloudEvent }, { weight: 1, arbitrary: junk }), {
  maxLength: 4,
});
const payload = fc.oneof(
  fc.array(nativeRecord, { maxLength: 6 }).map((Records) => ({ Records, beside: 'x' })),
  cloudEvent,
  events,
  events.map((list) => ({ events: list, beside: 'x' })),
);

function normalise(event: unknown): NormalisedEvent | undefined {
  try {
    return normaliseEvent(event, FORM);
  } catch (error) {
    if (!(error instanceof UnrecognisedEventError)) throw error;
    return undefined;
  }
}

/** A change or rejection without its place, and its place by itself. */
function described(
  { changes, rejected }: Pick<NormalisedEvent, 'changes' | 'rejected'>,
  paths?: ReadonlyMap<string, string>,
) {
  const at = (path: string) => (paths ? paths.get(path) : path);
  return [
    ...changes.map((change) => ({ ...change, path: at(change.path) })),
    ...rejected.map(({ path, problem, error }) => ({
      path: at(path),
      problem: { ...problem, path: `${at(path)}${problem.path.slice(path.length)}` },
      code: error.code,
    })),
  ];
}

describe('the smallest event of any choice of records', () => {
  it('reads as just these changes and rejections, in every shape of notification', () => {
    const seen = { changes: 0, rejected: 0, unrecognised: 0 };
    fc.assert(
      fc.property(payload, fc.infiniteStream(fc.integer({ min: 0, max: 2 })), (event, choice) => {
        const whole = normalise(event);
        if (!whole) return;
        const take = <T>(list: readonly T[]) => list.filter(() => choice.next().value !== 0);
        const chosen = { changes: take(whole.changes), rejected: take(whole.rejected) };
        const wanted = [...chosen.changes, ...chosen.rejected].map(({ path }) => path);
        if (wanted.length === 0) return;

        const minimal = minimalEvent(event, wanted);

        const read = normalise(minimal.event);
        if (!read) {
          // Rejected records may not even look like records: alone they are no notification.
          expect(chosen.changes).toEqual([]);
          seen.unrecognised += 1;
          return;
        }
        expect(described(read)).toEqual(described(chosen, minimal.paths));
        expect(read.ignored).toEqual([]);
        expect(read.records).toBe(wanted.length);
        seen.changes += chosen.changes.length;
        seen.rejected += chosen.rejected.length;
      }),
      RUN,
    );
    expect(seen.changes).toBeGreaterThan(60);
    expect(seen.rejected).toBeGreaterThan(60);
    expect(seen.unrecognised).toBeLessThan(seen.rejected / 2);
  });

  it('is not larger than the event, is the same when it is made again, and leaves the event as it was', () => {
    fc.assert(
      fc.property(payload, (event) => {
        const whole = normalise(event);
        const before = JSON.stringify(event);
        const paths = [...(whole?.changes ?? []), ...(whole?.rejected ?? [])].map(({ path }) => path);
        if (paths.length === 0) return;

        const minimal = minimalEvent(event, paths);

        expect(JSON.stringify(event)).toBe(before);
        expect(JSON.stringify(minimal.event).length).toBeLessThanOrEqual(before.length);
        expect(minimalEvent(minimal.event, [...minimal.paths.values()]).event).toEqual(minimal.event);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { ...RUN, numRuns: runs(500) },
    );
  });
});
