import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { openMetrics } from '#shared/observability/metrics/exposition.ts';
import { noLag } from '#shared/reconcile/compare/lag.ts';
import { metricsInput } from '../helpers/metrics-input.ts';
import { countsOf } from '../helpers/reconcile.ts';
import { reportOf } from '../helpers/reconcile-report.ts';

const promtool = (input: string) => spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });

const missing = promtool('').error !== undefined;
if (missing && !process.env['CI'])
  console.log('promtool is not installed (apt-get install prometheus): its test is skipped');

/** promtool reads the older text format, in which the name of a counter's family has its suffix, too. */
function asText(openMetricsText: string): string {
  const counters = [...openMetricsText.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name);
  return openMetricsText.replaceAll(/^(# (?:TYPE|HELP) )(\S+)/gm, (line, start, name) =>
    counters.includes(name) ? `${start}${name}_total` : line,
  );
}

it.skipIf(missing && !process.env['CI'])('promtool finds nothing wrong with the metrics', () => {
  const counters = { requested: 1, succeeded: 1, failed: 0, skipped: 0, bytes: 1 };
  const lag = noLag();
  lag.buckets[0] = 2_000;
  const counts = { ...countsOf({ same: 3, missing: 1 }), lag };
  const report = reportOf(counts, { lagSince: 0, oms: { before: counters, after: counters } });
  const names = ['photos', 'a"b\\c\nd}é'];
  const text = openMetrics(metricsInput({}, Object.fromEntries(names.map((name) => [name, report])), names));

  const { status, stdout, stderr } = promtool(asText(text));

  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  // It does find what is wrong.
  expect(promtool('oms_sync_x{route="} 1\n').status).not.toBe(0);
});
