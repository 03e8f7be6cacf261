import { type GenericFormatter, Presets, SingleBar } from 'cli-progress';

export interface Progress<State> {
  show(state: State): void;
  stop(): void;
}

export interface ProgressOptions<State> {
  /** The line that tells a state. */
  readonly describe: (state: State) => string;
  /** How much is done, 0 to 1; undefined where nobody knows. */
  readonly share: (state: State) => number | undefined;
  /** Whether a state is worth a line where there is no terminal. */
  readonly isDue: (state: State) => boolean;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  readonly output: NodeJS.WriteStream;
}

const BAR = 20;
const MARK = 4;
/** Milliseconds in which the mark moves on. */
const STEP = 150;

/**
 * A bar on a terminal; elsewhere plain lines now and then, so that a log stays readable. On stderr, so that a report on
 * stdout can be piped.
 */
export function startProgress<State>(options: ProgressOptions<State>): Progress<State> {
  const { describe, share, isDue, now, output } = options;
  if (!output.isTTY)
    return {
      show: (state) => {
        if (isDue(state)) output.write(`  ${describe(state)}\n`);
      },
      stop() {},
    };
  const began = now();
  const format: GenericFormatter = (_options, _params, { done, text }) =>
    `  ${done === undefined ? wandering(now() - began) : filled(done)} ${text}`;
  const bar = new SingleBar(
    { format, hideCursor: true, clearOnComplete: true, stream: output },
    Presets.shades_classic,
  );
  bar.start(1, 0, { text: 'starting' });
  return {
    show: (state) => bar.update(0, { done: share(state), text: describe(state) }),
    stop: () => bar.stop(),
  };
}

function filled(done: number): string {
  return '█'.repeat(Math.floor(Math.min(1, done) * BAR)).padEnd(BAR, '░');
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
