import { setTimeout as wait } from 'node:timers/promises';
import { styleText } from 'node:util';
import { readDuration } from '#shared/config/duration.ts';
import { LOG_LEVELS } from '#shared/logging/logger.ts';
import { DeployError } from '../../deploy/errors.ts';
import { readLogs } from '../../deploy/logs.ts';
import { forEachLimited } from '../../deploy/plan/limited.ts';
import { isSet, numberOf, textOf } from '../command.ts';
import { CliError, UsageError } from '../errors.ts';
import { functionOf, serviceCommand } from '../service-command.ts';
import { type FunctionLine, isWanted, type LineFilter, shortLine } from './line.ts';

/** Milliseconds between two questions of `--tail`. */
const POLL = 2000;
/** Functions that are read at a time. */
const READERS = 4;
const LINES = 1000;

export const run = serviceCommand({ writes: false }, async (context) => {
  const { config, json, signal, env } = context;
  const { service, stage } = config;
  const tail = isSet(context, 'tail');
  if (tail && json) throw new UsageError('--tail and --json exclude each other: a document has an end.');
  const only = functionOf(context);
  const keys = only === undefined ? Object.keys(config.functions) : [only];
  const since = textOf(context, 'since') ?? '10m';
  const limit = numberOf(context, 'limit', 1, 100_000) ?? LINES;
  const filter: LineFilter = {
    search: textOf(context, 'search'),
    level: LOG_LEVELS.find((level) => level === textOf(context, 'level')),
    key: textOf(context, 'key'),
  };
  const started = Date.now();
  const begin = started - age(since);
  const target = await context.target();

  /** Lines of all functions, oldest first. */
  const read = async (from: number, to?: number): Promise<FunctionLine[]> => {
    const lines: FunctionLine[] = [];
    const absent: string[] = [];
    await forEachLimited(keys, READERS, async (key) => {
      try {
        const matches = (text: string): boolean => isWanted(text, filter);
        const found = await readLogs({ service, stage, key, target, from, to, limit, signal, matches });
        lines.push(...found.map((line) => ({ function: key, ...line })));
      } catch (error) {
        if (only !== undefined || !(error instanceof DeployError) || error.code !== 'Deploy.UnknownFunction')
          throw error;
        absent.push(key);
      }
    });
    if (absent.length === keys.length)
      throw new CliError('not_deployed', `Nothing of ${service}, stage ${stage}, is deployed.`, 'Deploy it first.');
    return lines.sort((one, other) => (one.time ?? 0) - (other.time ?? 0)).slice(0, limit);
  };

  const lines = await read(begin, tail ? undefined : started);
  if (json) {
    context.print({ from: new Date(begin).toISOString(), to: new Date(started).toISOString(), lines });
    return 0;
  }
  const colours = process.stdout.isTTY && !env['NO_COLOR'];
  const width = Math.max(...keys.map((key) => key.length));
  const show = (line: FunctionLine): void =>
    context.say(shortLine(line, width, (colour, text) => (colours ? styleText(colour, text) : text)));
  lines.forEach(show);
  const cut = lines.length === limit ? ', and there may be more: raise --limit or shorten --since' : '';
  context.note(
    `${lines.length} ${lines.length === 1 ? 'line' : 'lines'} from ${minute(begin)} to ${minute(started)} UTC (--since ${since})${cut}`,
  );
  let seen = lines;
  while (tail && !signal.aborted) {
    await wait(POLL, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    const from = Math.max(begin, ...seen.map(({ time }) => time ?? 0));
    const fresh = withoutSeen(await read(from), seen);
    fresh.forEach(show);
    // Only lines of the latest millisecond can come twice.
    seen = [...seen.filter(({ time }) => time === from), ...fresh];
  }
  return 0;
});

/** `2026-11-30 23:28:05` */
function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Lines that were not printed yet; equal lines count. */
export function withoutSeen(lines: readonly FunctionLine[], seen: readonly FunctionLine[]): FunctionLine[] {
  const known = new Map<string, number>();
  const identity = (line: FunctionLine): string => `${line.function}\n${line.time}\n${line.text}`;
  for (const line of seen) known.set(identity(line), (known.get(identity(line)) ?? 0) + 1);
  return lines.filter((line) => {
    const left = known.get(identity(line)) ?? 0;
    if (left > 0) known.set(identity(line), left - 1);
    return left === 0;
  });
}

/** @returns milliseconds */
export function age(text: string): number {
  const ms = readDuration(text);
  if (!ms) throw new UsageError('--since takes an age such as 90s, 30m, 12h or 7d.');
  return ms;
}
