import { createRequire } from 'node:module';
import type { Command, CommandContext } from './context.ts';
import { CommandUsageError } from './usage-error.ts';

const load = createRequire(import.meta.url);

/**
 * Each is loaded when it is asked for: most of them need a part of the library that the others do not. By require(), as
 * the framework loads the plugin: a module that came both ways would exist twice, and `instanceof` would know only one of
 * its error classes; and it takes half the time.
 */
const COMMANDS: Readonly<Record<string, () => Command>> = {
  deploy: () => (load('./deploy.ts') as typeof import('./deploy.ts')).deploy,
  'deploy function': () => (load('./deploy.ts') as typeof import('./deploy.ts')).deploy,
  info: () => (load('./info.ts') as typeof import('./info.ts')).info,
  invoke: () => (load('./invoke.ts') as typeof import('./invoke.ts')).invoke,
  'invoke local': () => (load('./invoke-local.ts') as typeof import('./invoke-local.ts')).invokeLocal,
  logs: () => (load('./logs.ts') as typeof import('./logs.ts')).logs,
  rollback: () => (load('./rollback.ts') as typeof import('./rollback.ts')).rollback,
  remove: () => (load('./remove.ts') as typeof import('./remove.ts')).remove,
  package: () => (load('./package.ts') as typeof import('./package.ts')).packageBundles,
};

/**
 * Runs a command.
 *
 * @param name as {@link ./definitions.ts} has it
 * @returns the exit code
 */
export async function runCommand(name: string, context: CommandContext): Promise<number> {
  const command = COMMANDS[name];
  if (!command) throw new CommandUsageError(`there is no command ${name}`);
  return command()(context);
}
