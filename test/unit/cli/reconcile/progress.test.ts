import { describe, expect, it } from 'vitest';
import { startProgress } from '../../../../scripts/cli/reconcile/progress.ts';
import { fakeOutput } from '../../../helpers/terminal.ts';

const at = (objects: number, more: Readonly<Record<string, unknown>> = {}) => ({
  objects,
  calls: 1,
  submitted: 0,
  accepted: 0,
  failed: 0,
  currentKey: 'photos/1.jpg',
  rangesDone: 1,
  ranges: 4,
  ...more,
});

function start(isTTY: boolean, options: { readonly submits?: boolean; readonly expected?: number } = {}) {
  const { stream, text } = fakeOutput(isTTY);
  const clock = { ms: 0 };
  const progress = startProgress({
    submits: options.submits ?? false,
    expected: options.expected,
    now: () => clock.ms,
    output: stream,
  });
  return { progress, text, clock };
}

describe('the progress of reconcile', () => {
  it('is a plain line every five seconds where nobody watches', () => {
    const { progress, text, clock } = start(false);
    for (let second = 1; second <= 12; second += 1) {
      clock.ms = second * 1000;
      progress.show(at(second * 2000));
    }
    progress.stop();

    expect(text().trimEnd().split('\n')).toEqual([
      '  10,000 objects, 2,000/s, 1/4 parts  "photos/1.jpg"',
      '  20,000 objects, 2,000/s, 1/4 parts  "photos/1.jpg"',
    ]);
  });

  it('of a short run writes nothing where nobody watches', () => {
    const { progress, text } = start(false);
    progress.show(at(10));
    progress.stop();
    expect(text()).toBe('');
  });

  it('tells what OMS has accepted and refused where something is submitted', () => {
    const { progress, text, clock } = start(false, { submits: true });
    clock.ms = 5000;
    progress.show(at(10, { accepted: 1234, failed: 5 }));
    expect(text()).toContain('1/4 parts, 1,234 accepted, 5 refused');
  });

  it.each([
    [1000, 5000, '1,000/100,000 objects, 200/s, 9 min left'],
    [99_000, 5000, '99,000/100,000 objects, 19,800/s, 1 s left'],
    [100, 5000, '100/100,000 objects, 20/s, 1 h 24 min left'],
    [120_000, 5000, '120,000/100,000 objects, 24,000/s, 1/4 parts'],
    [0, 5000, '0/100,000 objects, 0/s, 1/4 parts'],
  ])('says of %d objects in %d ms how much time is left, where their number is known', (objects, ms, line) => {
    const { progress, text, clock } = start(false, { expected: 100_000 });
    clock.ms = ms;
    progress.show(at(objects));
    expect(text()).toContain(line);
  });

  it('takes the estimate of the run where the user has none', () => {
    const { progress, text, clock } = start(false);
    clock.ms = 5000;
    progress.show(at(500, { estimatedTotal: 1000 }));
    expect(text()).toContain('500/1,000 objects, 100/s, 5 s left');
  });

  it('is a bar on a terminal that fills where the number of objects is known', () => {
    for (const [objects, full] of [
      [0, 0],
      [4000, 10],
      [7999, 19],
      [8000, 20],
      [9000, 20],
    ] as const) {
      const { progress, text, clock } = start(true, { expected: 8000 });
      clock.ms = 1000;
      progress.show(at(objects));
      progress.stop();
      expect(text()).toContain(`${'█'.repeat(full)}${'░'.repeat(20 - full)} ${objects.toLocaleString('en-US')}/8,000`);
    }
  });

  it('has a mark that goes to and fro where nobody knows how many there are', () => {
    for (const [ms, place] of [
      [0, 0],
      [150, 1],
      [16 * 150, 16],
      [17 * 150, 15],
      [32 * 150, 0],
    ] as const) {
      const { progress, text, clock } = start(true);
      clock.ms = ms;
      progress.show(at(4000));
      progress.stop();
      expect(text()).toContain(`${'░'.repeat(place)}████${'░'.repeat(16 - place)} 4,000 objects`);
    }
  });

  it('shows the end of a long key, and commands the terminal nothing', () => {
    const { progress, text, clock } = start(true);
    clock.ms = 1000;
    progress.show(at(1, { currentKey: `${'long/'.repeat(50)}\u001b[2J😀end` }));
    progress.stop();
    expect(text()).toContain('…"');
    expect(text()).toContain('\\u001b[2J😀end"');
    expect(text()).not.toContain('long/'.repeat(9));
  });

  it('shows no key before there is one', () => {
    const { progress, text, clock } = start(false);
    clock.ms = 5000;
    progress.show(at(0, { currentKey: '' }));
    expect(text()).toBe('  0 objects, 0/s, 1/4 parts\n');
  });
});
