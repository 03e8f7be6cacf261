import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildIfStale } from '../build/build.ts';
import { wholeProcessMs } from './fresh-process.ts';
import type { BenchOptions, Measurement } from './measurement.ts';
import { interleavedRounds } from './rounds.ts';
import { median, pairedRatio, pick, quieterHalf, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

/** Whole process, as a ratio to an empty handler. */
const TARGET = { atMost: 1.55 };

/** Nobody waits for them: the gateway has answered 202, or a timer calls, and a run takes minutes. Measured, not judged. */
const BACKGROUND: ReadonlySet<string> = new Set(['redrive', 'reconcile']);

const FLOOR = 'empty handler';
const BARE = 'stack alone (zod/mini, middy, signer)';

/** Cold start of every function: a fresh process that loads the bundle and ends, against one with an empty handler. */
export async function coldStart(
  { quick, progress }: BenchOptions,
  functions?: Readonly<Record<string, string>>,
): Promise<Measurement[]> {
  const bundles =
    functions ?? Object.fromEntries((await buildIfStale()).map(({ name, bundleFile }) => [name, bundleFile]));
  return withWorkspace(async (workspace) => {
    const [empty, bare] = await Promise.all([workspace.bundle('empty'), workspace.bundle('bare')]);
    const files: Record<string, string> = {};
    for (const [name, file] of Object.entries(bundles)) {
      // The file lies beside the empty handler, without a package.json as on the platform: Node looks for one in
      // every folder above.
      files[name] = join(workspace.folder, `${name}.function.js`);
      await copyFile(file, files[name]);
    }
    Object.assign(files, { [BARE]: bare, [FLOOR]: empty });
    const variants = Object.entries(files).map(([name, file]) => [name, () => wholeProcessMs({ file })] as const);
    const all = await interleavedRounds(Object.fromEntries(variants), quick ? 3 : 41, progress);
    const quiet = quieterHalf(Object.values(all));
    const noise = spread(all[FLOOR] ?? []);
    const { [FLOOR]: floor = [], ...samples } = Object.fromEntries(
      Object.entries(all).map(([name, values]) => [name, pick(values, quiet)]),
    );
    const baseline = `${median(floor).toFixed(1)} ms`;
    return Object.entries(samples).map(([name, values]) => ({
      measure: name,
      value: `${median(values).toFixed(1)} ms`,
      baseline,
      ...pairedRatio(values, floor),
      ...(name === BARE || BACKGROUND.has(name) ? {} : { target: TARGET }),
      noise,
    }));
  });
}
