import { type CliCommand, STAGE_FLAGS } from './command.ts';

export const info: CliCommand = {
  name: 'info',
  summary: 'show what is deployed: versions, triggers, schedules, addresses',
  text: `Asks FunctionGraph. Names of variables are shown, their values never.`,
  examples: [
    ['info', 'every function of the local cloud that runs'],
    ['info --stage prod -f redrive', 'one function, with its versions and variables'],
  ],
  flags: {
    function: {
      type: 'string',
      value: 'KEY',
      short: 'f',
      help: 'show this function only, with its versions and variables',
    },
    ...STAGE_FLAGS,
  },
  module: './info/run.ts',
};
