import { describe, expect, it } from 'vitest';
import { CappedLog } from '#shared/logging/capped-log.ts';
import { Logger } from '#shared/logging/logger.ts';

function capped(most?: number) {
  const lines: Record<string, unknown>[] = [];
  const log = new Logger({ write: (_level, line) => lines.push(JSON.parse(line)), now: () => 0 });
  return { lines, log: new CappedLog(log, most) };
}

describe('a capped log', () => {
  it('writes the first lines of each message and cause, and says how many more there were', () => {
    const { lines, log } = capped(2);
    let made = 0;
    for (let index = 0; index < 5; index += 1) {
      log.write('error', 'refused', 'A', () => {
        made += 1;
        return { index };
      });
      if (index < 2) log.write('error', 'refused', 'B', () => ({ index }));
    }
    log.write('warn', 'other', '', () => ({ index: 9 }));
    for (let index = 0; index < 3; index += 1) log.write('warn', 'many', '', () => ({ index }));
    log.end();

    const told = lines.map(({ level, message, index, of, cause, more }) => ({
      level,
      message,
      index,
      of,
      cause,
      more,
    }));
    expect(told).toMatchObject([
      { message: 'refused', index: 0 },
      { message: 'refused', index: 0 },
      { message: 'refused', index: 1 },
      { message: 'refused', index: 1 },
      { message: 'other', index: 9 },
      { message: 'many', index: 0 },
      { message: 'many', index: 1 },
      { level: 'error', message: 'more of the same', of: 'refused', cause: 'A', more: 3 },
      { level: 'warn', message: 'more of the same', of: 'many', more: 1 },
    ]);
    expect(lines.at(-1)).not.toHaveProperty('cause');
    expect(made).toBe(2);
  });

  it('has room for a hundred of a kind, and counts anew after its end', () => {
    const { lines, log } = capped();
    for (const _ of [1, 2]) {
      for (let index = 0; index < 100; index += 1) log.write('info', 'line', '', () => ({}));
      log.end();
    }
    expect(lines).toHaveLength(200);
  });

  it('leaves nothing out where all are wanted', () => {
    const { lines, log } = capped(Number.POSITIVE_INFINITY);
    for (let index = 0; index < 1_000; index += 1) log.write('info', 'line', '', () => ({}));
    log.end();
    expect(lines).toHaveLength(1_000);
  });
});
