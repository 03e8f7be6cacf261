import { describe, expect, it } from 'vitest';
import { startProgress } from '../../../../scripts/cli/redrive/progress.ts';
import { fakeOutput } from '../../../helpers/terminal.ts';

const at = (read: number, current = 'dead-letters/x') => ({
  read,
  taken: read,
  accepted: read,
  current,
  source: 'dead_letter' as const,
});

describe('the progress of redrive', () => {
  it('is a line for every tenth where nobody watches', () => {
    const { stream, text } = fakeOutput(false);
    let now = 0;
    const progress = startProgress(40, true, () => now, stream);
    for (let read = 1; read <= 40; read += 1) {
      now = read * 100;
      progress.show(at(read));
    }
    progress.stop();

    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('  4/40 documents, 4 keys accepted, 10 keys/s');
    expect(lines[9]).toBe('  40/40 documents, 40 keys accepted, 10 keys/s');
  });

  it('of a dry run tells of documents only', () => {
    const { stream, text } = fakeOutput(false);
    let now = 0;
    const progress = startProgress(10, false, () => now, stream);
    now = 500;
    progress.show(at(10));

    expect(text()).toBe('  10/10 documents, 20 documents/s\n');
  });

  it('is a bar with documents, keys, rate and the current document on a terminal', () => {
    const { stream, text } = fakeOutput(true);
    const progress = startProgress(2, true, () => 1000, stream);
    progress.show(at(2, 'dead-letters/2026-10-01/\u001b[2Jname'));
    progress.stop();

    expect(text()).toContain('2/2 documents, 2 keys accepted');
    expect(text()).toContain('2026-10-01/?[2Jname');
  });

  it('of nothing writes nothing', () => {
    const { stream, text } = fakeOutput(false);
    startProgress(0, true, () => 0, stream).stop();
    expect(text()).toBe('');
  });
});
