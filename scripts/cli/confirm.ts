import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.ts';
import { type CommandContext, isSet } from './service-context.ts';

/**
 * Asks before something that cannot be taken back; `--yes` answers for the person.
 *
 * @param what is about to happen, as a person would say it: `delete 3 functions of stage dev`
 * @throws UsageError where nobody is there to ask, or where the answer is no
 */
export async function confirm(context: CommandContext, what: string): Promise<void> {
  if (isSet(context, 'yes')) return;
  const { stage } = context.config;
  if (!process.stdin.isTTY || !context.notes.isTTY) throw new UsageError(`${what}? Confirm it with --yes`);
  const dialogue = createInterface({ input: process.stdin, output: context.notes });
  try {
    const answer = await dialogue.question(`${what[0]?.toUpperCase()}${what.slice(1)}? Type the stage: `, {
      signal: context.signal,
    });
    if (answer.trim() !== stage) throw new UsageError('nothing was changed');
  } finally {
    dialogue.close();
  }
}
