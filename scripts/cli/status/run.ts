import { setTimeout } from 'node:timers/promises';
import { readDuration } from '#shared/config/duration.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { collectStatus } from '#shared/observability/status/collect.ts';
import type { Status, StatusReport } from '#shared/observability/status/report.ts';
import { isSet, numberOf, textOf } from '../command.ts';
import { UsageError } from '../errors.ts';
import { observe } from '../observed.ts';
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
  const every = numberOf(context, 'every', 1, 3600) ?? 5;
  const threshold = thresholdOf(context);
  const { signal } = context;
  for (;;) {
    const { report, redact } = await statusOf(context, threshold);
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
): Promise<{ readonly report: StatusReport; readonly redact: (text: string) => string }> {
  const { config: service } = context;
  const { config, target, questions, redact } = await observe(context, PATIENCE);
  const report = await collectStatus({
    ...questions,
    queue: queuePort({ service, target }),
    threshold: threshold ?? config.statusThreshold,
  });
  return { report, redact };
}

function thresholdOf(context: ServiceContext): number | undefined {
  const text = textOf(context, 'threshold');
  if (text === undefined) return undefined;
  const threshold = readDuration(text);
  if (!threshold) throw new UsageError('--threshold must be an age such as 90s, 15m or 1h.');
  return threshold;
}
