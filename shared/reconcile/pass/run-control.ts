import { ObjectStoreError } from '#shared/objectstore/errors.ts';
import type { ObjectComparer } from '../compare/compare-object.ts';
import type { LagWindow } from '../compare/lag.ts';
import type { Report } from '../report/report.ts';
import type { ReconcileOptions, StopReason } from '../run-options.ts';
import type { BlockedKey, SubmitKeys } from '../submit/submitter.ts';
import type { Pass } from './pass.ts';
import { Overtaken } from './state.ts';

export interface RunContext {
  readonly options: ReconcileOptions;
  readonly pass: Pass;
  readonly comparer: ObjectComparer;
  readonly destination: string;
  readonly previous: Report | undefined;
  readonly lag: LagWindow;
  /** The source is confirmed empty, should it list nothing. */
  readonly emptySourceConfirmed: boolean;
  readonly submit: SubmitKeys | undefined;
  readonly control: RunControl;
}

export interface Stop {
  readonly reason: StopReason;
  readonly error?: unknown;
}

export interface Conclusion {
  /** Why the pass goes on another time. */
  readonly stop?: Stop;
  readonly over: boolean;
  /** Every range was judged to its end, or the source has listed nothing at all. */
  readonly complete: boolean;
}

export interface RunControlOptions {
  readonly options: Pick<ReconcileOptions, 'signal' | 'remaining' | 'log'>;
  /** Writes the checkpoint; does nothing where there is none. */
  readonly save: () => Promise<void>;
  /** Milliseconds to leave. */
  readonly reserve: number;
}

/** Says when a run ends and why. The first reason counts. */
export class RunControl {
  stop: Stop | undefined;
  /** The pass has come further in this run. */
  progressed = false;
  readonly #options: RunControlOptions;

  constructor(options: RunControlOptions) {
    this.#options = options;
  }

  /** Milliseconds to leave for what comes after the work. */
  get reserve(): number {
    return this.#options.reserve;
  }

  /** Milliseconds that may still be used. */
  get left(): number {
    return this.#options.options.remaining() - this.#options.reserve;
  }

  isStopping(): boolean {
    if (this.#options.options.signal?.aborted === true) this.end('interrupted');
    else if (!(this.left > 0)) this.end('deadline');
    return this.stop !== undefined;
  }

  end(reason: StopReason, error?: unknown): void {
    if (this.stop === undefined && error !== undefined) this.#options.options.log.warn('run ends', { reason, error });
    this.stop ??= { reason, ...(error !== undefined && { error }) };
  }

  endBlocked({ failure, error }: BlockedKey): void {
    this.end(failure.code === 'OmsSync.DeadlineExceeded' ? 'deadline' : 'oms_unavailable', error);
  }

  /** @returns whether the pass is saved; where it is not, the run ends */
  async save(): Promise<boolean> {
    try {
      await this.#options.save();
      return true;
    } catch (error) {
      if (!(error instanceof Overtaken || error instanceof ObjectStoreError)) throw error;
      this.end(error instanceof Overtaken ? 'overtaken' : 'state_unavailable', error);
      return false;
    }
  }
}
