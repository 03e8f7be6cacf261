import type { RedriveProgress } from '#shared/redrive/report.ts';
import { type Progress, startProgress as start } from '../progress.ts';
import { printable } from '../quoted.ts';

/** Characters of a document's name that are shown: the end, which tells documents apart. */
const SHOWN = 40;

/**
 * How far a redrive is; without a terminal it is told whenever another tenth is done.
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
): Progress<RedriveProgress> {
  const began = now();
  const rate = (count: number): string => (count / Math.max(0.001, (now() - began) / 1000)).toFixed(0);
  const share = ({ read }: RedriveProgress): number => read / Math.max(1, total);
  let tenths = 0;
  return start({
    describe: ({ read, accepted, current }) => {
      const speed = submits
        ? `${accepted} ${accepted === 1 ? 'key' : 'keys'} accepted, ${rate(accepted)} keys/s`
        : `${rate(read)} documents/s`;
      return `${read}/${total} documents, ${speed}${output.isTTY ? `  ${printable(current).slice(-SHOWN)}` : ''}`;
    },
    share,
    isDue: (progress) => {
      const reached = Math.floor(share(progress) * 10);
      const isDue = reached > tenths;
      tenths = Math.max(tenths, reached);
      return isDue;
    },
    now,
    output,
  });
}
