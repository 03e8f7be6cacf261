import { createRequire } from 'node:module';
import { type CliCommand, STAGE_FLAGS } from './command.ts';
import { serviceCommand } from './service-command.ts';

const load = createRequire(import.meta.url);

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
    ...STAGE_FLAGS,
  },
  load: () => {
    const module = load('./remove/run.ts') as typeof import('./remove/run.ts');
    return serviceCommand(module.remove, { writes: true });
  },
};
