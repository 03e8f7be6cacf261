import { COMMANDS, type CommandDefinition, flagsOf } from '../commands/definitions.ts';
import type { FrameworkCommand } from './framework.ts';

/**
 * The only step of each command. The framework has commands of the same names for AWS, whose steps would otherwise run
 * as well: its own packing of the whole project, for example.
 */
const STEP = 'run';

export function hookOf(name: string): string {
  return `${name.replaceAll(' ', ':')}:${STEP}`;
}

export function hookNames(): string[] {
  return COMMANDS.map(({ name }) => name);
}

/** The commands as the framework wants them: a tree, `deploy function` below `deploy`. */
export function frameworkCommands(): Record<string, FrameworkCommand> {
  const tree: Record<string, FrameworkCommand> = {};
  for (const command of COMMANDS) {
    const [first = '', second] = command.name.split(' ');
    const parent = tree[first];
    if (second === undefined) tree[first] = declare(command);
    else if (parent) parent.commands = { ...parent.commands, [second]: declare(command) };
  }
  return tree;
}

function declare(command: CommandDefinition): FrameworkCommand {
  const options = Object.entries(flagsOf(command)).map(([name, { help, type, short }]) => [
    name,
    { usage: help, type, ...(short === undefined ? {} : { shortcut: short }) },
  ]);
  return { usage: command.summary, lifecycleEvents: [STEP], options: Object.fromEntries(options) };
}
