import { setTimeout as wait } from 'node:timers/promises';
import { readLogs } from '../../deploy/logs.ts';
import type { LogLine, LogsOptions } from '../../deploy/types.ts';
import { UsageError } from '../errors.ts';
import { report } from '../invoke/result.ts';
import { type Command, isSet, numberOption, requiredFunction, targetOf, textOption } from '../service-context.ts';

/** Milliseconds between two questions of `--tail`. */
const POLL = 2000;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const logs: Command = async (context) => {
  const { service, stage } = context.config;
  const tail = isSet(context, 'tail');
  const json = isSet(context, 'json');
  if (tail && json) throw new UsageError('--tail and --json exclude each other: a document has an end');
  const search = textOption(context, 'search');
  const options: LogsOptions = {
    service,
    stage,
    key: requiredFunction(context),
    target: await targetOf(context),
    from: Date.now() - age(textOption(context, 'since') ?? '10m'),
    limit: numberOption(context, 'limit', 1, 100_000) ?? 1000,
    signal: context.signal,
    ...(search === undefined ? {} : { search }),
  };
  const lines = await readLogs(options);
  if (json) {
    report(context, { lines });
    return 0;
  }
  const print = (line: LogLine): void => void context.output.write(`${printed(line)}\n`);
  lines.forEach(print);
  if (!tail) return 0;
  let seen = lines;
  while (!context.signal.aborted) {
    await wait(POLL, undefined, { signal: context.signal }).catch(() => {});
    if (context.signal.aborted) break;
    const from = Math.max(options.from, ...seen.map(({ time }) => time ?? 0));
    const more = await readLogs({ ...options, from });
    const fresh = withoutSeen(more, seen);
    fresh.forEach(print);
    // Only lines of the latest millisecond can come twice.
    seen = [...seen.filter(({ time }) => time === from), ...fresh];
  }
  return 0;
};

/** Lines that were not printed yet; equal lines count. */
export function withoutSeen(lines: readonly LogLine[], seen: readonly LogLine[]): LogLine[] {
  const known = new Map<string, number>();
  const identity = ({ time, text }: LogLine): string => `${time}\n${text}`;
  for (const line of seen) known.set(identity(line), (known.get(identity(line)) ?? 0) + 1);
  return lines.filter((line) => {
    const left = known.get(identity(line)) ?? 0;
    if (left > 0) known.set(identity(line), left - 1);
    return left === 0;
  });
}

function printed({ time, text }: LogLine): string {
  return `${time === undefined ? '' : `${new Date(time).toISOString()}  `}${text.trimEnd()}`;
}

/** Milliseconds of `90s`, `30m`, `12h`, `7d`. */
export function age(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? 0);
  if (ms <= 0) throw new UsageError('--since takes an age such as 90s, 30m, 12h or 7d');
  return ms;
}
