import { MultiBar, Presets } from 'cli-progress';

export interface Progress {
  set(name: string, value: number): void;
  stop(): void;
}

/**
 * Progress bars on a terminal; elsewhere one plain line whenever another tenth of a bar is done,
 * so that a log stays readable.
 *
 * @param signal after which nothing more is shown
 * @param say prints a plain line
 */
export function startProgress(
  bars: Readonly<Record<string, number>>,
  signal: AbortSignal,
  say: (line: string) => void = console.log,
): Progress {
  const names = Object.keys(bars);
  const width = Math.max(...names.map((name) => name.length));
  if (!process.stdout.isTTY) {
    const printed = new Map<string, number>();
    const current = new Map<string, number>();
    const tenthOf = (name: string, value: number): number => Math.floor((value / Math.max(1, bars[name] ?? 0)) * 10);
    const print = (name: string, value: number): void => {
      printed.set(name, value);
      if (!signal.aborted) say(`  ${name.padEnd(width)} ${value}/${bars[name] ?? 0}`);
    };
    return {
      set(name, value) {
        current.set(name, value);
        if (tenthOf(name, value) > tenthOf(name, printed.get(name) ?? 0)) print(name, value);
      },
      stop() {
        for (const [name, value] of current) if (printed.get(name) !== value) print(name, value);
      },
    };
  }
  const multi = new MultiBar(
    { format: `  {name} {bar} {value}/{total}`, hideCursor: true, clearOnComplete: false },
    Presets.shades_classic,
  );
  const created = new Map(names.map((name) => [name, multi.create(bars[name] ?? 0, 0, { name: name.padEnd(width) })]));
  signal.addEventListener('abort', () => multi.stop(), { once: true });
  return {
    set: (name, value) => {
      if (!signal.aborted) created.get(name)?.update(value);
    },
    stop: () => multi.stop(),
  };
}
