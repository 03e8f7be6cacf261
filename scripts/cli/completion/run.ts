import type { CliCommand, Run } from '../command.ts';
import { flagsOf } from '../program.ts';

/** A word or flag that can be typed at a place, with its meaning. */
interface Choice {
  readonly word: string;
  readonly help: string;
}

const SCRIPTS: Readonly<Record<string, (commands: readonly CliCommand[]) => string>> = { bash, zsh, fish };

export const run: Run = async ({ words: [shell = ''], commands, json, print, say }) => {
  const script = SCRIPTS[shell]?.(commands) ?? '';
  if (json) print({ shell, script });
  else say(script);
  return 0;
};

function flagChoices(command: CliCommand): Choice[] {
  return Object.entries(flagsOf(command)).map(([name, { help }]) => ({ word: `--${name}`, help }));
}

function wordChoices({ words = [] }: CliCommand): readonly string[] {
  return words.flatMap(([, , choices]) => choices ?? []);
}

/** @see https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
function bash(commands: readonly CliCommand[]): string {
  const cases = commands.map(
    (command) =>
      `    ${command.name}) words="${[...wordChoices(command), ...flagChoices(command).map(({ word }) => word)].join(' ')}" ;;`,
  );
  return `_oms_sync() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${commands.map(({ name }) => name).join(' ')} help --help --version" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${commands.map(({ name }) => name).join(' ')} help --help --version"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _oms_sync oms-sync`;
}

/** @see https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
function zsh(commands: readonly CliCommand[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const described = (choices: readonly Choice[]): string =>
    choices.map(({ word, help }) => quote(`${word}:${help.replaceAll(':', '\\:')}`)).join(' ');
  const cases = commands.map((command) => {
    const choices = [...wordChoices(command).map((word) => ({ word, help: '' })), ...flagChoices(command)];
    return `    ${command.name}) choices=(${described(choices)}) ;;`;
  });
  return `#compdef oms-sync
_oms_sync() {
  local -a choices
  if (( CURRENT == 2 )); then
    choices=(${described(commands.map(({ name, summary }) => ({ word: name, help: summary })))})
  else case $words[2] in
${cases.join('\n')}
  esac; fi
  _describe 'oms-sync' choices
  _files
}
compdef _oms_sync oms-sync`;
}

/** @see https://fishshell.com/docs/current/completions.html */
function fish(commands: readonly CliCommand[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((command) => {
    const within = `complete -c oms-sync -n ${quote(`__fish_seen_subcommand_from ${command.name}`)}`;
    return [
      `complete -c oms-sync -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
      ...wordChoices(command).map((word) => `${within} -a ${word}`),
      ...Object.entries(flagsOf(command)).map(
        ([name, { help, short, value }]) =>
          `${within} -l ${name}${short ? ` -s ${short}` : ''}${value ? ' -r' : ''} -d ${quote(help)}`,
      ),
    ];
  });
  return lines.join('\n');
}
