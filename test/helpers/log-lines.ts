import { vi } from 'vitest';

export interface LogLines {
  readonly raw: string[];
  // biome-ignore lint/suspicious/noExplicitAny: lines hold whatever was logged.
  parsed(): any[];
  restore(): void;
}

/** Takes what is written to the console, so that tests can read it and their output stays clean. */
export function captureLog(): LogLines {
  const raw: string[] = [];
  const take = (...args: unknown[]) => {
    raw.push(args.map(String).join(' '));
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(take),
    vi.spyOn(console, 'error').mockImplementation(take),
    vi.spyOn(console, 'warn').mockImplementation(take),
    vi.spyOn(console, 'info').mockImplementation(take),
  ];
  return {
    raw,
    parsed: () => raw.map((line) => JSON.parse(line)),
    restore: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
