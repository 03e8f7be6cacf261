import { createInterface } from 'node:readline/promises';
import { isSet } from './command.ts';
import { UsageError } from './errors.ts';
import type { ServiceContext } from './service-command.ts';

/**
 * Asks before something that cannot be taken back; `--yes` answers for the person.
 *
 * @param what is about to happen, as a person would say it: `Delete 3 functions of stage dev`
 * @throws UsageError where nobody is there to ask, or where the answer is no
 */
export async function confirm(context: ServiceContext, what: string): Promise<void> {
  if (isSet(context, 'yes')) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new UsageError(`${what}?`, 'Confirm it with --yes.');
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await dialogue.question(`${what}? Type the stage: `, { signal: context.signal });
    if (answer.trim() !== context.config.stage) throw new UsageError('Nothing was changed.');
  } finally {
    dialogue.close();
  }
}
