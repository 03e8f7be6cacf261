import { createRequire } from 'node:module';
import { frameworkArguments, helpText, readCommandLine } from './deploy/commands/command-line.ts';
import { environmentOf } from './deploy/commands/environment.ts';
import { ENDPOINTS_FILE } from './local/endpoints-file.ts';
import { staleReason } from './running-cloud.ts';
import { ROOT } from './serverless/config.ts';

const { runFramework } = createRequire(import.meta.url)('./serverless/framework.cjs') as {
  runFramework(argv: readonly string[], root: string, fail: (message: string) => void): void;
};

/** `npm run deploy`: osls with this project's plugin, without what osls says of itself. */
async function main(argv: readonly string[]): Promise<void> {
  const asked = readCommandLine(argv);
  if ('help' in asked) {
    console.log(helpText(asked.help));
    return;
  }
  const note = (line: string): void => console.error(line);
  Object.assign(process.env, await environmentOf(asked.line, process.env, ENDPOINTS_FILE, staleReason, note));
  runFramework(frameworkArguments(asked.line), ROOT, (message) => complain(message, argv));
}

/** Who asked for JSON gets a document, also where the command line is what is wrong. */
function complain(message: string, argv: readonly string[]): void {
  console.error(message);
  if (argv.includes('--json')) console.log(JSON.stringify({ error: { message } }, null, 2));
}

main(process.argv.slice(2)).catch((error: Error) => {
  complain(error.message, process.argv.slice(2));
  process.exitCode = error.name === 'CommandUsageError' ? 2 : 1;
});
