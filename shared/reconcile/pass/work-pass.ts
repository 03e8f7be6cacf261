import { RangeWork } from '#shared/listing/parallel-lister.ts';
import { splitRange } from '#shared/listing/ranges.ts';
import type { Conclusion, RunContext, Stop } from './run-control.ts';
import { failureLog, submitPending } from './submit-step.ts';
import { type SharedSubmissions, workRange } from './work-range.ts';

/** A page of each side, and one more: two small buckets cost no call that asks where to cut them. */
const PAGES_BEFORE_SPLIT = 3;

export async function workPass(context: RunContext): Promise<Conclusion> {
  const { pass, control, options } = context;
  const shared = { stuck: new Set<string>(), failures: failureLog(options.log) };
  if (await control.save()) {
    await flush(context, shared);
    while (!control.isStopping() && pass.open().length > 0) {
      await workRanges(context, shared);
      reopenEmpty(context);
    }
    if (control.stop?.reason !== 'oms_unavailable') await flush(context, shared);
    await control.save();
  }
  return conclude(context);
}

async function workRanges(context: RunContext, shared: SharedSubmissions): Promise<void> {
  const { pass, control, options } = context;
  const { workers, signal, source, route } = options;
  const { bucket, prefix } = route.source;
  const asked = { bucket, ...(prefix !== undefined && { prefix }) };
  const work = new RangeWork({
    ranges: pass.open(),
    workers,
    pagesBeforeSplit: PAGES_BEFORE_SPLIT,
    ...(signal && { signal }),
    work: (live, stop) => workRange(live, stop, context, shared),
    // Where it fails, the worker of the range meets the failure itself, or there is none any more.
    split: async (range, cursor, stop) =>
      control.isStopping()
        ? undefined
        : await splitRange(source, { ...asked, signal: stop }, range, cursor).catch(() => undefined),
  });
  try {
    await work.run();
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    control.end('interrupted');
  }
}

async function flush({ pass, submit, control }: RunContext, { failures }: SharedSubmissions): Promise<void> {
  const ranges = pass.activeRanges.filter(({ state }) => state.pending.length > 0);
  const reason = control.stop?.reason;
  if (!submit || ranges.length === 0 || reason === 'overtaken' || reason === 'state_unavailable') return;
  const before = ranges.map(({ state }) => state);
  const { states, failed, blocked } = await submitPending(before, { submit });
  for (const [index, range] of ranges.entries()) range.state = states[index] ?? range.state;
  failures(failed);
  control.progressed ||= states.some(({ accepted }, index) => accepted !== before[index]?.accepted);
  if (blocked) control.endBlocked(blocked);
  await control.save();
}

/** Opens ranges in which the source has listed nothing, once something says that it can be trusted in this. */
function reopenEmpty({ pass, emptySourceConfirmed }: RunContext): void {
  if (pass.sourceObjects === 0 && !emptySourceConfirmed) return;
  for (const range of pass.activeRanges) {
    if (!range.unjudged) continue;
    range.unjudged = false;
    range.confirmedEmpty = true;
  }
}

function conclude({ pass, control }: RunContext): Conclusion {
  const faults = pass.activeRanges.flatMap(({ fault }) => fault ?? []);
  const first = faults.find(({ passing }) => passing);
  // The next run goes on where a listing failed, unless there is one that no time cures.
  const waits = control.progressed && first !== undefined && faults.every(({ passing }) => passing);
  // Keys that alone are left are tried by another run. What is in vain then is left to the next pass, which finds it.
  const inVain = !control.progressed && pass.isComplete && control.stop?.reason === 'oms_unavailable';
  const failed: Stop | undefined = waits ? { reason: 'listing_failed', error: first.error } : undefined;
  const stop = inVain ? undefined : (control.stop ?? failed);
  const isEmpty = pass.sourceObjects === 0 && pass.activeRanges.every(({ unjudged, state }) => unjudged || state.done);
  return {
    ...(stop && { stop }),
    over: stop === undefined,
    complete: pass.isComplete || (control.stop === undefined && isEmpty),
  };
}
