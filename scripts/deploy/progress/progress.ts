import type { DeployEvent } from '../types.ts';
import { duration } from './words.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Milliseconds between two pictures. */
const INTERVAL = 80;

interface Progress {
  show(event: DeployEvent): void;
  /** Ends the display; nothing of it that moves stays on the screen. */
  stop(): void;
}

interface ProgressOptions {
  /** Keys of the functions that something happens to. */
  readonly keys: readonly string[];
  readonly output: NodeJS.WriteStream;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
}

/**
 * Shows what happens to each function, as it happens: on a terminal a line per function under way, which becomes a line that
 * stays when it is done; elsewhere one plain line per function, so that a log stays readable.
 */
export function startProgress(options: ProgressOptions): Progress {
  const { output, keys } = options;
  const width = Math.max(0, ...keys.map((key) => key.length));
  if (output.isTTY) return liveProgress(options, width);
  return {
    show: (event) => {
      const line = finalLine(event, width);
      if (line !== undefined) output.write(`  ${line}\n`);
    },
    stop() {},
  };
}

/** The line of a function that has ended; undefined for every other event. */
function finalLine({ type, name, ms = 0, error, step }: DeployEvent, width: number): string | undefined {
  if (type === 'done') return `done    ${name.padEnd(width)}  ${duration(ms)}`;
  if (type === 'failed')
    return `failed  ${name.padEnd(width)}  ${duration(ms)}${step ? ` at ${step}` : ''}: ${error?.message ?? 'unknown'}`;
  return undefined;
}

interface UnderWay {
  readonly since: number;
  step: string;
}

/** Lines that stay for what has ended, and below them one that moves for each function under way. */
function liveProgress({ output, keys, now }: ProgressOptions, width: number): Progress {
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
