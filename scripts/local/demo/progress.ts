import { MultiBar, Presets } from 'cli-progress';

export interface Progress {
  /** Sets a bar's value; the total is fixed at creation. */
  set(name: string, value: number): void;
  stop(): void;
}

/**
 * Progress bars on a terminal; elsewhere one plain line whenever another tenth of a bar is done,
 * so that a log stays readable.
 */
export function startProgress(bars: Readonly<Record<string, number>>): Progress {
  const names = Object.keys(bars);
  const width = Math.max(...names.map((name) => name.length));
  if (!process.stdout.isTTY) {
    const printed = new Map<string, number>();
    return {
      set(name, value) {
        const total = bars[name] ?? 0;
        const tenth = total === 0 ? 10 : Math.floor((value / total) * 10);
        if (tenth <= (printed.get(name) ?? 0)) return;
        printed.set(name, tenth);
        console.log(`  ${name.padEnd(width)} ${value}/${total}`);
      },
      stop() {},
    };
  }
  const multi = new MultiBar(
    { format: `  {name} {bar} {value}/{total}`, hideCursor: true, clearOnComplete: false },
    Presets.shades_classic,
  );
  const created = new Map(names.map((name) => [name, multi.create(bars[name] ?? 0, 0, { name: name.padEnd(width) })]));
  return {
    set: (name, value) => created.get(name)?.update(value),
    stop: () => multi.stop(),
  };
}
