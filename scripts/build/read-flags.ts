import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Flags and bare words of a command line, for every command.
 *
 * @throws Error with one sentence that names the flag, and the one that may be meant
 */
export function readFlags<const T extends Options>(options: T, argv: readonly string[]) {
  const args = withNegativeNumbers(options, argv);
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new Error(sentenceOf(error as Error & { readonly code?: string }, Object.keys(options)), { cause: error });
  }
}

/** `--objects -5` is a wrong number, and not two flags: whoever reads the number says which are right. */
function withNegativeNumbers(options: Options, argv: readonly string[]): string[] {
  const args: string[] = [];
  for (const each of argv) {
    const before = args.at(-1);
    const takesValue = before?.startsWith('--') && options[before.slice(2)]?.type === 'string';
    if (takesValue && /^-\d/.test(each)) args[args.length - 1] = `${before}=${each}`;
    else args.push(each);
  }
  return args;
}

/** The first sentence of Node's text; what follows explains it in several lines. */
function sentenceOf({ code, message }: Error & { readonly code?: string }, names: readonly string[]): string {
  const [sentence = message] = message.split(/\n|\. /);
  const flag = /'(--?[^\s']+)/.exec(sentence)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const meant = closest(flag.replace(/^--?/, ''), names);
    return meant === undefined ? sentence : `${sentence}; did you mean --${meant}?`;
  }
  return sentence.includes('is ambiguous') ? `Option '${flag} <value>' argument missing` : sentence;
}

/** The name that differs in a third of its letters at most. */
function closest(typed: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, distance: distance(typed, name) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.ceil(best.name.length / 3) ? best.name : undefined;
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
