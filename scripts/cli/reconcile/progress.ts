import { type GenericFormatter, Presets, SingleBar } from 'cli-progress';
import type { ReconcileProgress } from '#shared/reconcile/run-options.ts';
import { quoted } from '../quoted.ts';
import { formatInteger } from '../table.ts';

export interface Progress {
  show(progress: ReconcileProgress): void;
  stop(): void;
}

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
const BAR = 20;
const MARK = 4;
/** Milliseconds in which the mark moves on. */
const STEP = 150;

/**
 * A bar on a terminal; elsewhere a plain line every five seconds, so that a log stays readable. On stderr, so that a
 * report on stdout can be piped. The bar fills where the number of objects is known.
 */
export function startProgress({ submits, expected, now, output = process.stderr }: ProgressOptions): Progress {
  const began = now();
  const line = (progress: ReconcileProgress): string => describe(progress, { submits, expected, ms: now() - began });
  if (!output.isTTY) {
    let last = began;
    return {
      show(progress) {
        if (now() - last < BETWEEN_LINES) return;
        last = now();
        output.write(`  ${line(progress)}\n`);
      },
      stop() {},
    };
  }
  const format: GenericFormatter = (_options, _params, { share, text }) =>
    `  ${share === undefined ? wandering(now() - began) : filled(share)} ${text}`;
  const bar = new SingleBar(
    { format, hideCursor: true, clearOnComplete: true, stream: output },
    Presets.shades_classic,
  );
  bar.start(1, 0, { text: 'listing' });
  return {
    show(progress) {
      const total = expected ?? progress.estimatedTotal;
      bar.update(0, { share: total && Math.min(1, progress.objects / total), text: line(progress) });
    },
    stop: () => bar.stop(),
  };
}

/** @param share 0 to 1 */
function filled(share: number): string {
  return '█'.repeat(Math.floor(share * BAR)).padEnd(BAR, '░');
}

/** A mark that goes to and fro, where nobody knows how much there is. */
function wandering(ms: number): string {
  const places = BAR - MARK;
  const step = Math.floor(ms / STEP) % (2 * places);
  const at = step <= places ? step : 2 * places - step;
  return '█'
    .repeat(MARK)
    .padStart(at + MARK, '░')
    .padEnd(BAR, '░');
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
