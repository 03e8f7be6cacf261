import type { KeyFinder, Lister } from '#shared/listing/lister.ts';
import type { LiveRange } from '#shared/listing/live-range.ts';
import type { ObjectComparer } from '../compare/compare-object.ts';
import { EndConfirmer } from '../compare/confirm-end.ts';
import { diff } from '../compare/diff.ts';
import type { FactsPage } from '../compare/object-facts.ts';
import type { Finding } from '../compare/verdict.ts';
import type { BlockedKey, FailedKey, SubmitKeys } from '../submit/submitter.ts';
import type { ActiveRange, Pass } from './pass.ts';
import { finish } from './range-state.ts';
import { countStep, submitStep } from './submit-step.ts';

/** What a range needs of the run that works at it. */
export interface RangeRun {
  readonly pass: Pass;
  readonly comparer: ObjectComparer;
  readonly source: Lister & KeyFinder;
  readonly destination: Lister;
  readonly buckets: { readonly source: string; readonly destination: string };
  readonly prefix: string | undefined;
  readonly now: () => number;
  readonly changedSince: number | undefined;
  /** Absent where nothing is submitted. */
  readonly submit: SubmitKeys | undefined;
  readonly maxKeysPerCall: number;
  /** Keys that are left alone until the end of the run. */
  readonly stuck: Set<string>;
  /** Whether the run is to end. */
  readonly stopping: () => boolean;
  /** Ends the run: a key must wait. */
  readonly blocked: (blocked: BlockedKey) => void;
  readonly failed: (failed: readonly FailedKey[]) => void;
  /** Resolves to whether the state is saved; where it is not, the run is to end. */
  readonly save: () => Promise<boolean>;
  /**
   * A listing of the range failed.
   *
   * @returns whether to try again
   */
  readonly fault: (slot: ActiveRange, error: unknown) => Promise<boolean>;
  /** @throws DiffError where the source contradicts itself for good, or what the lister throws */
  readonly secondLook: (slot: ActiveRange) => Promise<SecondLook>;
  readonly found: (findings: readonly Finding[]) => void;
  readonly progress: (cursor: string) => void;
}

/** Whether the source has an object in a range of which it has listed none. */
export type SecondLook =
  | 'empty'
  /** Nothing is there, and nothing elsewhere says that the source can be trusted in this. */
  | 'unconfirmed'
  | 'not_empty';

/**
 * Works at a range from where it is to its end, page by page. The next pages are asked for when what the last ones led
 * to is submitted and saved: a crash repeats no more than one page of each side.
 */
export async function workRange(live: LiveRange, signal: AbortSignal, run: RangeRun): Promise<void> {
  const slot = run.pass.begin(live);
  const looks = new EndConfirmer(run, live, signal);
  while (!slot.state.done && !run.stopping() && (await walk(slot, live, signal, run, looks)) === 'again');
}

async function walk(
  slot: ActiveRange,
  live: LiveRange,
  signal: AbortSignal,
  run: RangeRun,
  looks: EndConfirmer,
): Promise<'again' | 'left'> {
  const { prefix, buckets, comparer, now, changedSince } = run;
  const { cursor } = slot.state;
  if (cursor !== undefined) live.done(cursor);
  const calls = new CallCount();
  const request = { ...(prefix === undefined ? {} : { prefix }), signal };
  const steps = diff({
    source: calls.of(live.pages(run.source, { ...request, bucket: buckets.source })),
    destination: calls.of(live.pages(run.destination, { ...request, bucket: buckets.destination })),
    comparer,
    now,
    emptySourceConfirmed: slot.confirmedEmpty,
    confirmEnd: (side, after) => looks.isEnd(side, after, (pages) => calls.of(pages)),
    ...(changedSince === undefined ? {} : { changedSince }),
  });
  try {
    while (!run.stopping()) {
      const before = slot.state;
      const { value, done } = await steps.next();
      // Another run has come further, as another worker has found meanwhile: this step is not the next one any more.
      if (slot.state !== before) return 'again';
      if (done === true) {
        if (value === 'empty_source') return (await lookAgain(slot, run)) ? 'again' : 'left';
        if (value === 'goes_on') return 'again';
        slot.state = finish(slot.state, calls.take());
        await run.save();
        return 'left';
      }
      const settled = run.submit
        ? await submitStep(slot.state, value, calls.take(), {
            submit: run.submit,
            size: run.maxKeysPerCall,
            stuck: run.stuck,
          })
        : { state: countStep(slot.state, value, calls.take()), failed: [] };
      slot.state = settled.state;
      run.failed(settled.failed);
      if ('blocked' in settled && settled.blocked) {
        run.blocked(settled.blocked);
        return 'left';
      }
      run.found(value.findings);
      if (!(await run.save())) return 'left';
      // Another run has come further in this range.
      if (slot.state !== settled.state) return 'again';
      run.progress(value.cursor);
    }
    return 'left';
  } catch (error) {
    return (await run.fault(slot, error)) ? 'again' : 'left';
  } finally {
    await steps.return('complete');
    const made = calls.take();
    if (made > 0) slot.state = { ...slot.state, list_calls: slot.state.list_calls + made };
  }
}

/** @returns whether to go on with the range */
async function lookAgain(slot: ActiveRange, run: RangeRun): Promise<boolean> {
  const look = await run.secondLook(slot);
  slot.confirmedEmpty = look === 'empty';
  slot.unjudged = look === 'unconfirmed';
  return !slot.unjudged;
}

/** LIST calls of both sides since it was last asked. */
class CallCount {
  #calls = 0;

  async *of<T extends FactsPage & { readonly calls: number }>(
    pages: AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    let before = 0;
    for await (const page of pages) {
      this.#calls += page.calls - before;
      before = page.calls;
      yield page;
    }
  }

  take(): number {
    const calls = this.#calls;
    this.#calls = 0;
    return calls;
  }
}
