import { contentOf, statusOf } from '../../deploy/result.ts';
import { type CommandContext, isSet } from '../service-context.ts';

/** A line for people; with `--json` stdout belongs to the document. */
export function say(context: CommandContext, line: string): void {
  if (!isSet(context, 'json')) context.output.write(`${line}\n`);
}

/** The document of `--json`. */
export function report({ output }: Pick<CommandContext, 'output'>, document: unknown): void {
  output.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** What a handler returned, for people: of an answer to the gateway its body; its status goes to the notes. */
export function sayResult(context: CommandContext, result: unknown): void {
  const status = statusOf(result);
  const content = contentOf(result);
  if (status !== undefined) context.notes.write(`HTTP ${status}\n`);
  say(context, typeof content === 'string' ? content : (JSON.stringify(content, null, 2) ?? String(content)));
}
