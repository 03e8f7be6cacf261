import type { DeployEvent } from '../types.ts';
import { finalLine, type Progress, type ProgressOptions } from './final-line.ts';
import { duration } from './words.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Milliseconds between two pictures. */
const INTERVAL = 80;

interface UnderWay {
  readonly since: number;
  step: string;
}

/** Lines that stay for what has ended, and below them one that moves for each function under way. */
export function liveProgress({ output, keys, now }: ProgressOptions, width: number): Progress {
  const running = new Map<string, UnderWay>();
  let ended = 0;
  let drawn = 0;
  let frame = 0;

  const erase = (): string => (drawn === 0 ? '' : `\x1b[${drawn}A\x1b[0J`);
  const cut = (line: string): string => line.slice(0, Math.max(20, (output.columns || 80) - 1));
  const draw = (above = ''): void => {
    const lines = [...running].map(([name, { since, step }]) =>
      cut(`  ${FRAMES[frame % FRAMES.length]}       ${name.padEnd(width)}  ${duration(now() - since)}  ${step}`),
    );
    // Never more than the window holds: a cursor cannot be moved above its first line.
    const shown = lines.slice(0, Math.max(1, (output.rows || 24) - 2));
    if (running.size > 0) shown.push(`  ${ended}/${keys.length}`);
    output.write(`${erase()}${above}${shown.map((line) => `${line}\n`).join('')}`);
    drawn = shown.length;
  };
  output.write('\x1b[?25l');
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, INTERVAL);

  return {
    show(event: DeployEvent) {
      const { name, type, step } = event;
      if (type === 'started') running.set(name, { since: now(), step: '' });
      const current = running.get(name);
      if (type === 'step' && current) current.step = step ?? '';
      const line = finalLine(event, width);
      if (line === undefined) return draw();
      running.delete(name);
      ended += 1;
      draw(`  ${line}\n`);
    },
    stop() {
      clearInterval(timer);
      output.write(`${erase()}\x1b[?25h`);
      drawn = 0;
    },
  };
}
