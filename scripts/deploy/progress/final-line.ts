import type { DeployEvent } from '../types.ts';
import { duration } from './words.ts';

export interface Progress {
  show(event: DeployEvent): void;
  /** Ends the display; nothing of it that moves stays on the screen. */
  stop(): void;
}

export interface ProgressOptions {
  /** Keys of the functions that something happens to. */
  readonly keys: readonly string[];
  readonly output: NodeJS.WriteStream;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
}

/** The line of a function that has ended; undefined for every other event. */
export function finalLine({ type, name, ms = 0, error, step }: DeployEvent, width: number): string | undefined {
  if (type === 'done') return `done    ${name.padEnd(width)}  ${duration(ms)}`;
  if (type === 'failed')
    return `failed  ${name.padEnd(width)}  ${duration(ms)}${step ? ` at ${step}` : ''}: ${error?.message ?? 'unknown'}`;
  return undefined;
}
