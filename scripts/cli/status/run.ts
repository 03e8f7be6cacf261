import { setTimeout } from 'node:timers/promises';
import { readDuration } from '#shared/config/duration.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { lastPass } from '#shared/observability/last-runs.ts';
import { openMetrics } from '#shared/observability/metrics/exposition.ts';
import { collectStatus } from '#shared/observability/status/collect.ts';
import type { Status, StatusReport } from '#shared/observability/status/report.ts';
import { nameOf } from '#shared/reconcile/reconcile-routes.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import { routeFolders } from '#shared/reconcile/route-identity.ts';
import { isSet, numberOf, textOf } from '../command.ts';
import { UsageError } from '../errors.ts';
import { type Observed, observe } from '../observed.ts';
import { type ServiceContext, serviceCommand } from '../service-command.ts';
import { queuePort } from '../where/platform.ts';
import { summaryOf } from './text.ts';

/** Milliseconds for each question. */
const PATIENCE = 10_000;
const EXIT_CODES: Readonly<Record<Status, number>> = { healthy: 0, behind: 1, stuck: 1, unknown: 2 };
/** Clears a terminal and goes to its first line. */
const CLEAR = '\u001b[2J\u001b[H';

/** `oms-sync status`. */
export const run = serviceCommand({ writes: false }, async (context) => {
  const watch = isSet(context, 'watch');
  if (watch && context.json) throw new UsageError('--watch shows one status after the other, --json prints one.');
  const metrics = isSet(context, 'metrics');
  if (metrics && (watch || context.json)) throw new UsageError('--metrics prints one text, without --watch or --json.');
  const every = numberOf(context, 'every', 1, 3600) ?? 5;
  const threshold = thresholdOf(context);
  const { signal } = context;
  for (;;) {
    const { report, questions, redact } = await statusOf(context, threshold);
    if (metrics) {
      context.say(redact(openMetrics({ status: report, reports: await lastPasses(questions) })).trimEnd());
      return 0;
    }
    if (context.json) context.print(concealWithin(report, redact));
    else {
      const text = summaryOf(report, context.config.stage).split('\n').map(redact).join('\n');
      context.say(watch && process.stdout.isTTY ? `${CLEAR}${text}` : text);
    }
    if (!watch || signal.aborted) return EXIT_CODES[report.status];
    await setTimeout(every * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return EXIT_CODES[report.status];
  }
});

/** @param threshold milliseconds; what the variables say by default */
async function statusOf(
  context: ServiceContext,
  threshold: number | undefined,
): Promise<Pick<Observed, 'questions' | 'redact'> & { readonly report: StatusReport }> {
  const { config: service } = context;
  const { config, target, questions, redact } = await observe(context, PATIENCE);
  const report = await collectStatus({
    ...questions,
    queue: queuePort({ service, target }),
    threshold: threshold ?? config.statusThreshold,
  });
  return { report, questions, redact };
}

/** The reports of the last passes that can be read, by route: a metric of one that cannot is left out. */
async function lastPasses({ routes, state }: Observed['questions']): Promise<ReadonlyMap<string, Report>> {
  const reports = new Map<string, Report>();
  const { store, bucket, reconcile } = state;
  const folders = routeFolders(routes);
  for (const [index, route] of routes.entries()) {
    const prefix = `${reconcile}${folders[index]}/`;
    const report = store && (await lastPass({ store, bucket }, prefix).catch(() => undefined));
    if (report && report !== 'unreadable') reports.set(nameOf(route), report);
  }
  return reports;
}

function thresholdOf(context: ServiceContext): number | undefined {
  const text = textOf(context, 'threshold');
  if (text === undefined) return undefined;
  const threshold = readDuration(text);
  if (!threshold) throw new UsageError('--threshold must be an age such as 90s, 15m or 1h.');
  return threshold;
}
