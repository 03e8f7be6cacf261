import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const remove: CliCommand = {
  name: 'remove',
  summary: 'delete the functions of a stage, and their triggers',
  text: `Deletes what begins with <service>-<stage>-. Buckets, sync tasks and their state stay. On a terminal it asks first; elsewhere
it needs --yes.`,
  examples: [
    ['remove --stage dev --dry-run', 'what would be deleted'],
    ['remove --stage dev --yes', 'delete it'],
  ],
  flags: {
    function: { type: 'string', value: 'KEY', short: 'f', help: 'remove this function only' },
    'dry-run': { type: 'boolean', help: 'show what would be deleted, and do nothing' },
    yes: { type: 'boolean', short: 'y', help: 'do not ask' },
    ...PROJECT_FLAGS,
  },
  module: './remove/run.ts',
};
