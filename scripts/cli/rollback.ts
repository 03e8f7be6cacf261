import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const rollback: CliCommand = {
  name: 'rollback',
  summary: 'undo the last deployment: the versions before serve again',
  text: `Moves the alias. Nothing is sent, and triggers stay as they are. Configuration and code go back together: a version holds
both, ROUTES included. Functions that the last deployment did not change stay. The next deploy brings serverless.yml again.`,
  examples: [
    ['rollback --stage prod --dry-run', 'what would go back, by field'],
    ['rollback --stage prod', 'what the last deployment changed'],
    ['rollback --stage prod -f redrive --to v3', 'one function, to a version that info shows'],
  ],
  flags: {
    function: { type: 'string', value: 'KEY', short: 'f', help: 'roll back this function only' },
    to: { type: 'string', value: 'VERSION', help: 'the version to serve; needs --function' },
    'dry-run': { type: 'boolean', help: 'show what would change, and do nothing' },
    yes: { type: 'boolean', short: 'y', help: 'do not ask where variables change' },
    ...PROJECT_FLAGS,
  },
  module: './rollback/run.ts',
};
