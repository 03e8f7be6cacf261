import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const info: CliCommand = {
  name: 'info',
  summary: 'show what is deployed, and whether it is as serverless.yml declares it',
  text: `Asks FunctionGraph for versions, triggers, schedules and addresses, and says what is not as serverless.yml declares it.
Times are UTC. Names of variables are shown, their values never.

Exit code 0 when everything that serverless.yml declares is there and on, 1 otherwise.`,
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
    ...PROJECT_FLAGS,
  },
  module: './info/run.ts',
};
