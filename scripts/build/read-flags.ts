import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../cli/nearest.ts';

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
    const meant = nearest(flag.replace(/^--?/, ''), names);
    return meant === undefined ? sentence : `${sentence}; did you mean --${meant}?`;
  }
  return sentence.includes('is ambiguous') ? `Option '${flag} <value>' argument missing` : sentence;
}
