import { describe, expect, it } from 'vitest';
import { recordAt } from '#shared/pipeline/report.ts';

const event = { Records: [{ a: 1 }, { s3: { object: { key: 'k' } } }] };

describe('recordAt', () => {
  it.each([
    ['', event],
    ['Records[1]', event.Records[1]],
    ['Records[1].s3.object.key', 'k'],
    ['Records[7]', undefined],
    ['events[0]', undefined],
    ['Records[0].a.b', undefined],
  ])('finds %j', (path, expected) => {
    expect(recordAt(event, path)).toEqual(expected);
  });

  it('reads an event that is an array, and one that is nothing', () => {
    expect(recordAt(['x', 'y'], '[1]')).toBe('y');
    expect(recordAt(null, 'a')).toBeUndefined();
    expect(recordAt(undefined, '')).toBeUndefined();
  });
});
