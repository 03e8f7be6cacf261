import { describe, expect, it } from 'vitest';
import { LiveRange } from '#shared/listing/live-range.ts';
import { readCheckpoint } from '#shared/reconcile/pass/checkpoint.ts';
import { Pass } from '#shared/reconcile/pass/pass.ts';
import { advance, finish } from '#shared/reconcile/pass/range-state.ts';
import { stepOf } from '../../../helpers/reconcile.ts';

const ROUTE = 'r'.repeat(32);
const start = () => Pass.begin({ route: ROUTE, pass: 1, id: 'i', started: '2026-11-21T12:00:00.000Z' });
const bounds = (ranges: readonly { readonly after?: string; readonly until?: string }[]) =>
  ranges.map(({ after = '', until = '' }) => `${after}..${until}`);
const nothing = { accepted: 0, failed: 0, pending: [], calls: 0 };

describe('the ranges of a pass', () => {
  it('have no gap where a part was cut off that nobody has begun with yet', () => {
    const pass = start();
    const live = new LiveRange({});
    pass.begin(live);

    live.narrow('t');
    expect(bounds(pass.ranges())).toEqual(['..t', 't..']);
    live.narrow('m');
    pass.begin(new LiveRange({ after: 't' }));

    expect(bounds(pass.ranges())).toEqual(['..m', 'm..t', 't..']);
    expect(readCheckpoint(pass.toText(), ROUTE)).toMatchObject({ checkpoint: {}, restarted: [] });
    expect(bounds(pass.open())).toEqual(['..m', 't..']);
  });

  it('are joined where nothing is left to do in them, and keep all that was counted', () => {
    const pass = start();
    const live = new LiveRange({});
    const first = pass.begin(live);
    live.narrow('m');
    const second = pass.begin(new LiveRange({ after: 'm' }));
    first.state = finish(advance(first.state, stepOf('c', { same: 2 }), nothing, 2), 1);
    second.state = finish(advance(second.state, stepOf('x', { same: 3, extra: 1 }), nothing, 2), 1);

    const read = readCheckpoint(pass.toText(), ROUTE);

    expect(bounds(read.checkpoint?.ranges ?? [])).toEqual(['..']);
    expect(read.checkpoint?.ranges).toMatchObject([
      { done: true, cursor: 'x', list_calls: 6, counts: { source: { objects: 5 }, destination: { objects: 6 } } },
    ]);
  });

  it('write no credential into a checkpoint but where the next run needs the name', () => {
    const pass = start();
    const slot = pass.begin(new LiveRange({}));
    const step = stepOf('SECRET-', { missing: 2, same: 1 });
    slot.state = advance(
      slot.state,
      step,
      { ...nothing, failed: 1, pending: ['SECRET-p'], refused: [{ key: 'SECRET-f', code: 'c' }] },
      2,
    );
    const redact = (text: string): string => text.replaceAll('SECRET', '[redacted]');

    const text = pass.toText(redact);

    expect(text.match(/"[^"]*SECRET[^"]*"/g)?.sort()).toEqual(['"SECRET-"', '"SECRET-p"']);
    const read = readCheckpoint(text, ROUTE);
    expect(read).toMatchObject({
      restarted: [],
      checkpoint: { ranges: [{ cursor: 'SECRET-', pending: ['SECRET-p'] }] },
    });
    expect(read.checkpoint?.ranges[0]?.refused).toEqual({ c: { objects: 1, keys: ['[redacted]-f'] } });
  });
});
