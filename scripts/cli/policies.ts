import type { CliCommand } from './command.ts';

export const policies: CliCommand = {
  name: 'policies',
  summary: 'write the IAM policies that the functions of a stage need',
  text: `Writes the custom policies of every agency that serverless.yml names, as IAM takes them: what the functions need, and
nothing else. docs/reference/permissions.md says how to create the agencies. They depend on the environment of the deployment
(OMS_SYNC_STATE_BUCKET, OMS_SYNC_ROUTES, ...).`,
  examples: [['policies --stage prod --out ../policies', 'those of a stage']],
  flags: {
    out: { type: 'string', value: 'DIR', help: 'folder to write to; created where it does not exist' },
  },
  module: './policies/run.ts',
};
