import { Presets, SingleBar } from 'cli-progress';
import type { RedriveProgress } from '#shared/redrive/report.ts';
import { printable } from './printable.ts';

export interface Progress {
  show(progress: RedriveProgress): void;
  stop(): void;
}

/** Characters of a document's name that are shown: the end, which tells documents apart. */
const SHOWN = 40;

/**
 * A bar on a terminal; elsewhere a plain line whenever another tenth is done, so that a log stays readable. On stderr,
 * so that a report on stdout can be piped.
 *
 * @param total documents
 * @param now milliseconds, of any beginning
 */
export function startProgress(total: number, now: () => number, output: NodeJS.WriteStream = process.stderr): Progress {
  const began = now();
  const rate = (keys: number): string => (keys / Math.max(0.001, (now() - began) / 1000)).toFixed(0);
  if (!output.isTTY) {
    let printed = 0;
    return {
      show({ read, accepted }) {
        const tenth = Math.floor((read / Math.max(1, total)) * 10);
        if (tenth <= printed) return;
        printed = tenth;
        output.write(`  ${read}/${total} documents, ${accepted} keys accepted, ${rate(accepted)} keys/s\n`);
      },
      stop() {},
    };
  }
  const bar = new SingleBar(
    {
      format: '  {bar} {value}/{total} documents, {accepted} keys accepted, {rate} keys/s  {current}',
      hideCursor: true,
      stream: output,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { accepted: 0, rate: 0, current: '' });
  return {
    show: ({ read, accepted, current }) =>
      bar.update(Math.min(read, total), { accepted, rate: rate(accepted), current: printable(current).slice(-SHOWN) }),
    stop: () => bar.stop(),
  };
}
