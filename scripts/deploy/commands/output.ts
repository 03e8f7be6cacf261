import { type CommandContext, isSet } from './context.ts';

/** A line for people; with `--json` stdout belongs to the document. */
export function say(context: CommandContext, line: string): void {
  if (!isSet(context, 'json')) context.output.write(`${line}\n`);
}

/** The document of `--json`. */
export function report({ output }: Pick<CommandContext, 'output'>, document: unknown): void {
  output.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** What a handler returned, for people. */
export function readable(result: unknown): string {
  return typeof result === 'string' ? result : (JSON.stringify(result, null, 2) ?? String(result));
}
