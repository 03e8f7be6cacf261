import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { parseJson } from '#shared/validation/json.ts';
import { type CommandContext, textOption } from './context.ts';
import { CommandUsageError } from './usage-error.ts';

/**
 * The event of `--data` or `--path`; an empty one without them.
 *
 * @throws CommandUsageError where it is not JSON, has a member twice, or the file cannot be read
 */
export async function readEvent(context: Pick<CommandContext, 'options'>): Promise<unknown> {
  const data = textOption(context, 'data');
  const path = textOption(context, 'path');
  if (data !== undefined && path !== undefined) throw new CommandUsageError('--data and --path exclude each other');
  if (data === undefined && path === undefined) return {};
  const source = data === undefined ? String(path) : '--data';
  const text = data ?? (await readSource(String(path)));
  try {
    return parseJson(text);
  } catch (error) {
    throw new CommandUsageError(`the event of ${source} cannot be sent: ${(error as Error).message}`);
  }
}

async function readSource(path: string): Promise<string> {
  if (path === '-') return readAll(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandUsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
