import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchPath } from '#shared/platform/gateway-request.ts';

const SEED = 20_260_921;

describe('matchPath', () => {
  it('gives back every id that was percent-encoded once, below any prefix', () => {
    const id = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 255 })
      .filter((text) => !/\p{Surrogate}/u.test(text));
    const prefix = fc.array(fc.stringMatching(/^[A-Za-z0-9._~-]{1,8}$/), { maxLength: 3 });
    fc.assert(
      fc.property(id, prefix, (value, segments) => {
        const path = `/${[...segments, 'sync-tasks', encodeURIComponent(value), 'events'].join('/')}`;

        const found = matchPath('/sync-tasks/{sync_task_id}/events', path)?.get('sync_task_id');

        expect(decodeURIComponent(found ?? '')).toBe(value);
      }),
      { seed: SEED },
    );
  });
});
