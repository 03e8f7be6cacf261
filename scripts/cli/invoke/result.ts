import { contentOf, statusOf } from '../../deploy/result.ts';
import type { Context } from '../command.ts';

/** Prints what a handler returned: of an answer to the gateway its body; its status goes to the notes. */
export function sayResult({ say, note }: Pick<Context, 'say' | 'note'>, result: unknown): void {
  const status = statusOf(result);
  const content = contentOf(result);
  if (status !== undefined) note(`HTTP ${status}`);
  say(typeof content === 'string' ? content : (JSON.stringify(content, null, 2) ?? String(content)));
}
