import type { CliCommand } from './command.ts';

export const completion: CliCommand = {
  name: 'completion',
  summary: 'print a script that completes commands and flags in a shell',
  text: 'Prints a script for the shell. Load it from the start-up file of the shell.',
  examples: [
    ['completion bash >> ~/.bashrc', 'for bash'],
    ['completion zsh >> ~/.zshrc', 'for zsh'],
    ['completion fish > ~/.config/fish/completions/oms-sync.fish', 'for fish'],
  ],
  words: [['<shell>', 'the shell', ['bash', 'zsh', 'fish']]],
  flags: {},
  module: './completion/run.ts',
};
