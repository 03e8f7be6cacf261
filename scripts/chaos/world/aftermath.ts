import type { Kernel } from '../kernel/kernel.ts';
import { judgeHealing } from './healing.ts';
import type { Ledger } from './ledger.ts';
import type { Mirror } from './mirror.ts';
import type { Scenario } from './scenario.ts';

/** Result of an execution. */
export type Outcome = { readonly result: unknown } | { readonly failure: string };

export interface AftermathOptions {
  readonly kernel: Kernel;
  readonly ledger: Ledger;
  readonly scenario: Scenario;
  readonly mirror: Mirror | undefined;
  /** The names of all documents that redrive works at. */
  readonly names: () => string;
  readonly redrive: ((by: Scenario['healsBy']) => Promise<Outcome | undefined>) | undefined;
  /** Planted documents that are still where redrive works, though they need not be. */
  readonly leftovers: () => readonly string[];
  /** Whether the store answers for a document that it has a fault, which is for somebody to look into. */
  readonly mayFail: () => boolean;
  readonly reconcile: () => Promise<Outcome | undefined>;
}

const DAY = 86_400_000;
/** Runs until everything is where it stays: more than the largest document takes with the lowest rate. */
const MOST_RUNS = 24;

/** Lets redrive and reconcile work without faults until nothing moves, and looks at what has become of everything. */
export async function heal(options: AftermathOptions): Promise<void> {
  const { ledger, scenario, mirror, redrive } = options;
  await redriveUntilStable(options);
  if (ledger.violations.length > 0) return;
  judgeHealing(ledger, scenario, { redrives: redrive !== undefined });
  if (redrive) for (const name of options.leftovers()) ledger.violate('left over', `${name} is still there`);
  if (mirror && ledger.violations.length === 0) await reconcileUntilStable(options, mirror);
}

async function redriveUntilStable({
  kernel,
  ledger,
  scenario,
  names,
  redrive,
  mayFail,
}: AftermathOptions): Promise<void> {
  if (!redrive) return;
  const { healsBy } = scenario;
  let position: string | undefined;
  for (let run = 0; run < MOST_RUNS && ledger.violations.length === 0; run += 1) {
    // A document that was tried lately waits for a day at the most.
    if (healsBy === 'timer') await kernel.run(kernel.now() + DAY + 60_000);
    const before = names();
    const accepted = ledger.counts.fresh;
    const outcome = await redrive(healsBy);
    // The one kill of a run with a chosen point; the next run goes on.
    if (isKilled(outcome)) continue;
    // A document that is refused again is written again, with one attempt more; that moves nothing, and neither does
    // a report.
    const hasMoved = names() !== before || ledger.counts.fresh > accepted;
    const { stopped, position: end, settled } = endOf(outcome);
    // The next run goes on from there.
    const goesOn = end !== position;
    position = end;
    if (hasMoved || goesOn) continue;
    if (stopped === undefined) return;
    // A document that it could not bring through has one attempt more, and comes last in the next run.
    if (settled > 0) continue;
    // No document that the store keeps to itself is ever settled.
    if (mayFail()) return;
    ledger.violate('stuck', `redrive by ${healsBy} has moved nothing: ${stopped}`);
  }
}

function isKilled(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && 'failure' in outcome && outcome.failure.startsWith('killed');
}

/** A redrive's report of its end: why it was early, where it was, and how many documents it has dealt with. */
function endOf(outcome: Outcome | undefined): { stopped: string | undefined; position?: string; settled: number } {
  if (outcome === undefined) return { stopped: 'it has no end', settled: 0 };
  if ('failure' in outcome) return { stopped: outcome.failure, settled: 0 };
  const { stopped, position, documents } = (outcome.result ?? {}) as Partial<RedriveResult>;
  const { redriven = 0, rewritten = 0, parked = 0 } = documents ?? {};
  return { stopped, position: JSON.stringify(position), settled: redriven + rewritten + parked };
}

interface RedriveResult {
  readonly stopped: string;
  readonly position: unknown;
  readonly documents: { readonly redriven: number; readonly rewritten: number; readonly parked: number };
}

async function reconcileUntilStable({ kernel, ledger, reconcile }: AftermathOptions, mirror: Mirror): Promise<void> {
  mirror.counting = true;
  for (let pass = 0; pass < mirror.passesLeft && ledger.violations.length === 0; pass += 1) {
    // Everything has settled then, and every copy is made.
    await kernel.run(kernel.now() + DAY);
    const outcome = await reconcile();
    if (isKilled(outcome)) continue;
    if (!outcome || 'failure' in outcome) ledger.violate('stuck', `reconcile has failed: ${outcome?.failure}`);
    else if (pass > 0 && mirror.isConverged) break;
  }
  if (ledger.violations.length === 0) mirror.judge();
}
