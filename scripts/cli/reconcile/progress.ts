import type { ReconcileProgress } from '#shared/reconcile/run-options.ts';
import { type Progress, startProgress as start } from '../progress.ts';
import { quoted } from '../quoted.ts';
import { formatInteger } from '../table.ts';

export interface ProgressOptions {
  /** Whether something is submitted. */
  readonly submits: boolean;
  /** Source objects, as far as anybody knows. */
  readonly expected: number | undefined;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  readonly output?: NodeJS.WriteStream;
}

/** Milliseconds between two plain lines. */
const BETWEEN_LINES = 5000;
/** Characters of a key that are shown: its end, which tells neighbours apart. */
const SHOWN = 40;

/** How far a comparison is; the bar fills where the number of objects is known. */
export function startProgress(options: ProgressOptions): Progress<ReconcileProgress> {
  const { submits, expected, now, output = process.stderr } = options;
  const began = now();
  let last = began;
  return start({
    describe: (progress) => describe(progress, { submits, expected, ms: now() - began }),
    share: ({ objects, estimatedTotal }) => {
      const total = expected ?? estimatedTotal;
      return total && objects / total;
    },
    isDue: () => {
      const isDue = now() - last >= BETWEEN_LINES;
      if (isDue) last = now();
      return isDue;
    },
    now,
    output,
  });
}

interface Context {
  readonly submits: boolean;
  readonly expected: number | undefined;
  /** Milliseconds since the beginning. */
  readonly ms: number;
}

function describe(progress: ReconcileProgress, { submits, expected, ms }: Context): string {
  const { objects, ranges, rangesDone, accepted, failed, currentKey, estimatedTotal } = progress;
  const total = expected ?? estimatedTotal;
  const perSecond = objects / Math.max(0.001, ms / 1000);
  const parts = [
    total === undefined
      ? `${formatInteger(objects)} objects`
      : `${formatInteger(objects)}/${formatInteger(total)} objects`,
    `${formatInteger(perSecond)}/s`,
    ...(total === undefined ? [] : timeLeft(total - objects, perSecond)),
    `${rangesDone}/${ranges} parts`,
    ...(submits ? [`${formatInteger(accepted)} accepted`] : []),
    ...(failed > 0 ? [`${formatInteger(failed)} refused`] : []),
  ];
  return currentKey === '' ? parts.join(', ') : `${parts.join(', ')}  ${shortened(currentKey)}`;
}

function timeLeft(objects: number, perSecond: number): string[] {
  if (objects <= 0 || perSecond <= 0) return [];
  const seconds = Math.ceil(objects / perSecond);
  if (seconds < 60) return [`${seconds} s left`];
  const minutes = Math.ceil(seconds / 60);
  return [minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`];
}

function shortened(key: string): string {
  const characters = [...key];
  return characters.length <= SHOWN ? quoted(key) : `…${quoted(characters.slice(-SHOWN).join(''))}`;
}
