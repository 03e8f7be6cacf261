import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const deploy: CliCommand = {
  name: 'deploy',
  summary: 'bring the functions of serverless.yml, and their triggers, to the project',
  text: `Reads what is there, compares it with serverless.yml and dist/, and changes only what differs: code that is already
there is not sent again. Every function that changes gets a new version. The alias that its triggers are bound to moves
when the version is complete, so a deployment that fails leaves the version before serving. Run it again after an
interruption: it goes on from what it finds. Functions that serverless.yml no longer has are listed, and stay.

"deploy package" only builds the zips of dist/ and checks them against the rules of the platform; it needs no account.`,
  examples: [
    ['deploy --dry-run', 'the plan for the local cloud that runs'],
    ['deploy --stage prod --region cn-east-3', 'deploy'],
    ['deploy --stage prod -f on-object-created', 'one function; the others are neither read nor changed'],
    ['deploy --stage prod --prune', 'and delete what serverless.yml no longer has'],
    ['deploy package', 'build and list the zips'],
  ],
  words: [['[what]', 'package: build and check the zips, and send nothing', ['package']]],
  flags: {
    'dry-run': { type: 'boolean', help: 'show what would be done, and do nothing' },
    prune: { type: 'boolean', help: 'delete functions and triggers that serverless.yml no longer has' },
    function: { type: 'string', value: 'KEY', short: 'f', help: 'deploy this function only' },
    'allow-unrouted': { type: 'boolean', help: 'deploy triggers that no route takes from, as in a first deployment' },
    concurrency: { type: 'string', value: 'N', help: 'functions at a time, 1 to 16 (4)' },
    ...PROJECT_FLAGS,
  },
  module: ([what]) => (what === 'package' ? './deploy/package.ts' : './deploy/run.ts'),
};
