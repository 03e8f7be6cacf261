import { finalLine, type Progress, type ProgressOptions } from './final-line.ts';
import { liveProgress } from './live.ts';

/**
 * What happens to each function, as it happens: on a terminal a line per function under way, which becomes a line that
 * stays when it is done; elsewhere one plain line per function, so that a log stays readable.
 */
export function startProgress(options: ProgressOptions): Progress {
  const { output, keys } = options;
  const width = Math.max(0, ...keys.map((key) => key.length));
  if (output.isTTY) return liveProgress(options, width);
  return {
    show: (event) => {
      const line = finalLine(event, width);
      if (line !== undefined) output.write(`  ${line}\n`);
    },
    stop() {},
  };
}
