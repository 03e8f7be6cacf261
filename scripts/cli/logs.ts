import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const logs: CliCommand = {
  name: 'logs',
  summary: 'print what functions have logged',
  text: `Reads the lines from LTS, where a line can be found after up to two minutes, and prints them short, oldest first. Only
defects show their stack. --json prints the lines as they were written. With --tail it goes on until Ctrl-C.`,
  examples: [
    ['logs', 'the last ten minutes of every function of the local cloud'],
    ['logs --level warn --since 1d --stage prod', 'what went wrong since yesterday'],
    ["logs --key '2026/a+b.jpg' --since 1h --stage prod", 'lines that name an object'],
    ['logs -f on-object-created --search OmsSync.NoRoute --stage prod', 'lines of one function that hold a text'],
  ],
  flags: {
    function: { type: 'string', value: 'KEY', short: 'f', help: 'this function only' },
    since: { type: 'string', value: 'AGE', help: 'how far back: 90s, 30m, 12h, 7d (10m)' },
    search: { type: 'string', value: 'TEXT', help: 'only lines that hold this text' },
    level: {
      type: 'string',
      value: 'LEVEL',
      choices: ['debug', 'info', 'warn', 'error'],
      help: 'only lines of this level and above',
    },
    key: { type: 'string', value: 'KEY', help: 'only lines that name this object key, plain or percent-encoded' },
    limit: { type: 'string', value: 'N', help: 'lines at the most (1000)' },
    tail: { type: 'boolean', short: 't', help: 'wait for more' },
    ...PROJECT_FLAGS,
  },
  module: './logs/run.ts',
};
