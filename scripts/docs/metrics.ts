import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { METRICS, type Metric, ROUTE_METRICS } from '#shared/observability/metrics/table.ts';

export const METRICS_FILE = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', 'docs', 'reference', 'metrics.md'],
);

const INTRODUCTION = `# Metrics

\`npx oms-sync status --metrics\` prints these numbers as OpenMetrics text. It asks what \`status\` asks, and reads the reports of the last passes. Write
its output to a temporary file and rename it into the folder of a collector of text files, such as that of node_exporter, once a minute.

What is not known has no line: alert on its absence as well. Names are stable; counters end with \`_total\`.`;

/** docs/reference/metrics.md, made from the table of metrics. */
export function metricsDocument(): string {
  return `${[
    INTRODUCTION,
    '## Of the whole',
    table(METRICS),
    '## Of each route',
    'The label `route` has its name. Numbers are those of the last pass unless it says otherwise.',
    table(ROUTE_METRICS),
  ].join('\n\n')}\n`;
}

function table(metrics: readonly Metric<unknown>[]): string {
  const rows = metrics.map(({ name, type, help }) => `| \`${name}${type === 'counter' ? '_total' : ''}\` | ${help} |`);
  return ['| Metric | Meaning |', '|---|---|', ...rows].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(METRICS_FILE, metricsDocument());
  console.log(METRICS_FILE);
}
