import { describe, expect, it } from 'vitest';
import { deadLetterName } from '#shared/deadletters/name.ts';

const id = '0123456789abcdef0123456789abcdef';

describe('deadLetterName', () => {
  it('has the time of the event, so that names sort by it', () => {
    const times = ['2026-09-30T03:24:43.160Z', '2026-09-30T03:24:44.000Z', '2026-10-01T00:00:00.000Z'];

    const names = times.map((event_time) => deadLetterName({ id, event_time }));

    expect(names).toEqual([
      `2026-09-30/03-24-43-${id}.json`,
      `2026-09-30/03-24-44-${id}.json`,
      `2026-10-01/00-00-00-${id}.json`,
    ]);
    expect(names.toSorted()).toEqual(names);
  });

  it.each([undefined, '', 'yesterday', '-000001-12-31T16:00:00.000Z', '+010000-01-01T00:00:00.000Z'])(
    'has none for the time %j',
    (event_time) => {
      expect(deadLetterName({ id, event_time })).toBe(`undated/${id}.json`);
    },
  );
});
