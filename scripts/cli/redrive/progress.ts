import { Presets, SingleBar } from 'cli-progress';
import type { RedriveProgress } from '#shared/redrive/report.ts';
import { printable } from '../quoted.ts';

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
 * @param submits whether keys are submitted, or documents only read
 * @param now milliseconds, of any beginning
 */
export function startProgress(
  total: number,
  submits: boolean,
  now: () => number,
  output: NodeJS.WriteStream = process.stderr,
): Progress {
  const began = now();
  const rate = (count: number): string => (count / Math.max(0.001, (now() - began) / 1000)).toFixed(0);
  const speed = ({ read, accepted }: RedriveProgress): string =>
    submits
      ? `${accepted} ${accepted === 1 ? 'key' : 'keys'} accepted, ${rate(accepted)} keys/s`
      : `${rate(read)} documents/s`;
  if (!output.isTTY) {
    let printed = 0;
    return {
      show(progress) {
        const { read } = progress;
        const tenth = Math.floor((read / Math.max(1, total)) * 10);
        if (tenth <= printed) return;
        printed = tenth;
        output.write(`  ${read}/${total} documents, ${speed(progress)}\n`);
      },
      stop() {},
    };
  }
  const bar = new SingleBar(
    {
      format: '  {bar} {value}/{total} documents, {speed}  {current}',
      hideCursor: true,
      stream: output,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { speed: '', current: '' });
  return {
    show: (progress) =>
      bar.update(Math.min(progress.read, total), {
        speed: speed(progress),
        current: printable(progress.current).slice(-SHOWN),
      }),
    stop: () => bar.stop(),
  };
}
