import { cpus } from 'node:os';
import { formatTable } from '../cli/table.ts';
import { formatRatio, type Measurement, reachesTarget, type Target } from './measurement.ts';

export interface BenchResult {
  readonly bench: string;
  readonly measurements: readonly Measurement[];
}

const HEADER = ['measure', 'value', 'baseline', 'ratio', 'min..max', 'target', 'result', 'noise'];

/** All results as one table; the verdict is MISS where a target was not reached. */
export function formatResults(results: readonly BenchResult[]): string {
  const rows = results.flatMap(({ bench, measurements }) =>
    measurements.map((measurement): string[] => {
      const { measure, value, baseline = '', ratio, ratioRange, target, noise } = measurement;
      const reached = reachesTarget(measurement);
      return [
        `${bench}: ${measure}`,
        value,
        baseline,
        ratio === undefined ? '' : formatRatio(ratio),
        ratioRange ? ratioRange.map(formatRatio).join('..') : '',
        target ? formatTarget(target) : '',
        reached === undefined ? '' : reached ? 'pass' : 'MISS',
        noise === undefined ? '' : `${(noise * 100).toFixed(0)}%`,
      ];
    }),
  );
  return formatTable([HEADER, ...rows]);
}

function formatTarget(target: Target): string {
  return 'atMost' in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`;
}

export function misses(results: readonly BenchResult[]): string[] {
  return results.flatMap(({ bench, measurements }) =>
    measurements
      .filter((measurement) => reachesTarget(measurement) === false)
      .map(({ measure }) => `${bench}: ${measure}`),
  );
}

/** The machine of the figures, without which they mean little. */
export function machine(): string {
  const [first] = cpus();
  return `Node.js ${process.version}, ${cpus().length} x ${first?.model ?? 'unknown processor'}`;
}
