import { frameworkArguments, helpText, readCommandLine } from './deploy/commands/command-line.ts';
import { environmentOf } from './deploy/commands/environment.ts';
import { runFramework } from './deploy/commands/framework-process.ts';

/** `npm run deploy`: osls with this project's plugin, without what osls says of itself. */
async function main(argv: readonly string[]): Promise<void> {
  const asked = readCommandLine(argv);
  if ('help' in asked) {
    console.log(helpText(asked.help));
    return;
  }
  Object.assign(process.env, await environmentOf(asked.line, process.env));
  runFramework(frameworkArguments(asked.line));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = error.name === 'CommandUsageError' ? 2 : 1;
});
