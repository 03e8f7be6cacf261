import { afterEach, describe, expect, it, vi } from 'vitest';
import { commandLog } from '../../../scripts/cli/connect.ts';
import { interruptible } from '../../../scripts/cli/interruptible.ts';

afterEach(() => vi.restoreAllMocks());

describe('the log of a command', () => {
  const logged = (verbose: boolean): string => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const log = commandLog(verbose, 'info', ['top-secret']);
    log.info('told', { token: 'a top-secret value' });
    log.debug('not told');
    return lines.join('');
  };

  it('is quiet unless it was asked for', () => {
    expect(logged(false)).toBe('');
  });

  it('goes to stderr, without secrets', () => {
    expect(logged(true)).toContain('"told"');
    expect(logged(true)).not.toMatch(/top-secret|not told/);
  });
});

describe('Ctrl-C', () => {
  const before = ['SIGINT', 'SIGTERM'].map((name) => [name, process.listeners(name as 'SIGINT')] as const);
  afterEach(() => {
    for (const [name, listeners] of before)
      for (const listener of process.listeners(name as 'SIGINT'))
        if (!listeners.includes(listener)) process.off(name, listener);
  });

  it('is one wish however often it is forwarded, and ends the process when it is repeated later', () => {
    const said = vi.fn();
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const signal = interruptible(said);
    expect(signal.aborted).toBe(false);

    process.emit('SIGINT');
    process.emit('SIGINT');
    now.mockReturnValue(1999);
    process.emit('SIGTERM');
    expect([signal.aborted, said.mock.calls.length, exit.mock.calls.length]).toEqual([true, 1, 0]);

    now.mockReturnValue(2001);
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });
});
