/** Time and chance, as an argument, so that a test or a simulation can bring its own. */
export interface Clock {
  /** Milliseconds since the epoch. May jump in either direction. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void>;
  /** A number from 0 to just below 1. */
  random(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};
