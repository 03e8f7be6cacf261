import type { Command, CommandContext } from './context.ts';
import { CommandUsageError } from './usage-error.ts';

/** Each is loaded when it is asked for: most of them need a part of the library that the others do not. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  deploy: async () => (await import('./deploy.ts')).deploy,
  'deploy function': async () => (await import('./deploy.ts')).deploy,
  info: async () => (await import('./info.ts')).info,
  invoke: async () => (await import('./invoke.ts')).invoke,
  'invoke local': async () => (await import('./invoke-local.ts')).invokeLocal,
  logs: async () => (await import('./logs.ts')).logs,
  rollback: async () => (await import('./rollback.ts')).rollback,
  remove: async () => (await import('./remove.ts')).remove,
  package: async () => (await import('./package.ts')).packageBundles,
};

/**
 * Runs a command.
 *
 * @param name as {@link ./definitions.ts} has it
 * @returns the exit code
 */
export async function runCommand(name: string, context: CommandContext): Promise<number> {
  const load = COMMANDS[name];
  if (!load) throw new CommandUsageError(`there is no command ${name}`);
  const command = await load();
  return command(context);
}
