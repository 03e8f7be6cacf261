import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../../../scripts/deploy/progress/progress.ts';
import { fakeOutput } from '../../../helpers/terminal.ts';

describe('the progress of a deployment', () => {
  it('is one plain line per function where there is no terminal', () => {
    const { stream, text } = fakeOutput(false);
    const progress = startProgress({ keys: ['a', 'longer'], output: stream, now: () => 0 });

    progress.show({ type: 'started', name: 'a' });
    progress.show({ type: 'step', name: 'a', step: 'code' });
    progress.show({ type: 'done', name: 'a', ms: 412.4 });
    progress.show({ type: 'failed', name: 'longer', ms: 2100, step: 'alias', error: new Error('refused') });
    progress.stop();

    expect(text()).toBe('  done    a       412 ms\n  failed  longer  2.1 s at alias: refused\n');
  });

  describe('on a terminal', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    /** Lines that a person sees at the end: those that were not erased again. */
    function screenOf(written: string): string[] {
      const lines: string[] = [];
      for (const [, up, text, end] of written.matchAll(/\x1b\[(\d+)A\x1b\[0J|([^\n\x1b]*)(\n)|\x1b\[\?25[lh]/g)) {
        if (up !== undefined) lines.splice(lines.length - Number(up));
        else if (end !== undefined) lines.push(text ?? '');
      }
      return lines;
    }

    it('shows each function under way with its step and time, and leaves a line when it has ended', () => {
      const { stream, text } = fakeOutput(true);
      let now = 0;
      const progress = startProgress({ keys: ['a', 'b'], output: stream, now: () => now });

      progress.show({ type: 'started', name: 'a' });
      progress.show({ type: 'started', name: 'b' });
      progress.show({ type: 'step', name: 'b', step: 'trigger APIG' });
      now = 340;
      vi.advanceTimersByTime(80);
      expect(screenOf(text())).toEqual(
        ['  ⠙       a  340 ms', '  ⠙       b  340 ms  trigger APIG', '  0/2'].map((s) =>
          expect.stringContaining(s.trimEnd()),
        ),
      );
      progress.show({ type: 'done', name: 'a', ms: 350 });
      expect(screenOf(text())).toEqual([
        '  done    a  350 ms',
        expect.stringContaining('trigger APIG'),
        expect.stringContaining('1/2'),
      ]);
      progress.show({ type: 'failed', name: 'b', ms: 400, error: new Error('no') });
      progress.stop();

      expect(screenOf(text())).toEqual(['  done    a  350 ms', '  failed  b  400 ms: no']);
      expect(text().endsWith('\x1b[?25h')).toBe(true);
      const length = text().length;
      vi.advanceTimersByTime(1000);
      expect(text()).toHaveLength(length);
    });

    it('never draws more lines than the window has', () => {
      const { stream, text } = fakeOutput(true);
      Object.assign(stream, { rows: 5, columns: 30 });
      const keys = Array.from({ length: 20 }, (_, index) => `function-number-${index}`);
      const progress = startProgress({ keys, output: stream, now: () => 0 });

      for (const name of keys) progress.show({ type: 'started', name });

      const screen = screenOf(text());
      expect(screen.length).toBeLessThanOrEqual(4);
      expect(Math.max(...screen.map((line) => line.length))).toBeLessThan(30);
      progress.stop();
    });
  });
});
