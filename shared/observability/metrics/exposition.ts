import type { Report } from '#shared/reconcile/report/report.ts';
import type { StatusReport } from '../status/report.ts';
import { METRICS, type Metric, ROUTE_METRICS } from './table.ts';

export interface MetricsInput {
  readonly status: StatusReport;
  /** Reports of the last passes, by the name of the route. */
  readonly reports: ReadonlyMap<string, Report>;
}

/**
 * All metrics as OpenMetrics text, `application/openmetrics-text; version=1.0.0`. What is not known has no sample, and
 * neither help nor type.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function openMetrics({ status, reports }: MetricsInput): string {
  const families = [
    ...METRICS.map((metric) => family(metric, [['', metric.read(status)]])),
    ...ROUTE_METRICS.map((metric) =>
      family(
        metric,
        status.routes.map((route) => [
          `{route="${escaped(route.route)}"}`,
          metric.read(route, reports.get(route.route)),
        ]),
      ),
    ),
  ];
  return `${families.flat().join('')}# EOF\n`;
}

type Sample = readonly [labels: string, value: number | null | undefined];

function family({ name, type, unit, help }: Metric<unknown>, samples: readonly Sample[]): string[] {
  const known = samples.flatMap(([labels, value]) =>
    value === null || value === undefined || !Number.isFinite(value) ? [] : [[labels, value] as const],
  );
  if (known.length === 0) return [];
  return [
    `# TYPE ${name} ${type}\n`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}\n`]),
    `# HELP ${name} ${escaped(help)}\n`,
    ...known.map(([labels, value]) => `${name}${type === 'counter' ? '_total' : ''}${labels} ${value}\n`),
  ];
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
