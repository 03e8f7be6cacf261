import type { Clock } from '#shared/http/clock.ts';
import { AbortedError } from '../errors.ts';
import type { DeployEvent, FunctionOutcome } from '../types.ts';

/** Tells of one function's progress. */
export class Progress {
  readonly #key: string;
  readonly #clock: Clock;
  readonly #onEvent: ((event: DeployEvent) => void) | undefined;
  readonly #start: number;

  constructor(key: string, clock: Clock, onEvent: ((event: DeployEvent) => void) | undefined) {
    this.#key = key;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#start = clock.now();
    this.#tell({ type: 'started', name: key });
  }

  /** Reports a step before its change is sent. */
  step(step: string): void {
    this.#tell({ type: 'step', name: this.#key, step });
  }

  /** Runs the work, and tells how it ended. Never rejects. */
  async run(name: string, work: () => Promise<string | undefined>): Promise<FunctionOutcome> {
    const common = { key: this.#key, name };
    try {
      const version = await work();
      const ms = this.#clock.now() - this.#start;
      this.#tell({ type: 'done', name: this.#key, ms });
      return { ...common, outcome: 'done', ms, ...(version === undefined ? {} : { version }) };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error('something other than an Error was thrown');
      const ms = this.#clock.now() - this.#start;
      this.#tell({ type: 'failed', name: this.#key, ms, error });
      return { ...common, outcome: error instanceof AbortedError ? 'aborted' : 'failed', ms, error };
    }
  }

  /** Whoever watches cannot stop the work by failing at it. */
  #tell(event: DeployEvent): void {
    try {
      this.#onEvent?.(event);
    } catch {
      // Its own business.
    }
  }
}
