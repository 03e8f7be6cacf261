/** A flag of a command. */
export interface FlagDefinition {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help text. */
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
}

export interface CommandDefinition {
  /** As it is typed after `npm run deploy --`, and for osls. */
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** For the command's own help text. */
  readonly text: string;
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly flags: Readonly<Record<string, FlagDefinition>>;
  /** Whether zips of dist/ are used, so that they have to be up to date. */
  readonly bundles?: boolean;
}

const FUNCTION: FlagDefinition = {
  type: 'string',
  value: 'KEY',
  short: 'f',
  help: 'key of the function in serverless.yml',
};
const DRY_RUN: FlagDefinition = { type: 'boolean', help: 'show what would be done, and do nothing' };
const YES: FlagDefinition = { type: 'boolean', short: 'y', help: 'do not ask' };
const ALLOW_UNROUTED: FlagDefinition = {
  type: 'boolean',
  help: 'take a trigger whose bucket no route names: there is no sync task yet',
};
const DATA: FlagDefinition = { type: 'string', value: 'JSON', short: 'd', help: 'the event; {} where it is left out' };
const EVENT_FILE: FlagDefinition = { type: 'string', value: 'FILE', help: 'file with the event; - is stdin' };

/** Flags that every command takes. */
export const COMMON_FLAGS: Readonly<Record<string, FlagDefinition>> = {
  stage: { type: 'string', value: 'NAME', short: 's', help: 'stage of serverless.yml; "local" is npm start (dev)' },
  region: { type: 'string', value: 'NAME', help: 'region of the project (OMS_SYNC_REGION, or cn-north-4)' },
  profile: { type: 'string', value: 'NAME', help: 'profile of the credentials file, in place of the environment' },
  json: { type: 'boolean', help: 'one JSON document on stdout; progress and errors go to stderr' },
};

/** Every command, in the order of the help text. One list for the wrapper, for osls and for docs/deploy.md. */
export const COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'deploy',
    summary: 'bring the functions of serverless.yml, and their triggers, to the project (the default)',
    text: `Reads what is there, compares it with serverless.yml and dist/, and changes only what differs: code that is already
there is not sent again. Every function gets a new version; the alias that its triggers are bound to moves only when the
version is complete, so a deployment that fails leaves the previous version serving. Run it again after an interruption:
it goes on from what it finds. Functions that serverless.yml no longer has are listed, and stay.`,
    examples: [
      ['--stage local --dry-run', 'the plan, as a table'],
      ['--stage prod --region cn-east-3', 'deploy'],
      ['--stage prod --prune', 'and delete what serverless.yml no longer has'],
    ],
    flags: {
      'dry-run': DRY_RUN,
      prune: { type: 'boolean', help: 'delete functions and triggers that serverless.yml no longer has' },
      function: { ...FUNCTION, help: 'deploy this function only' },
      'allow-unrouted': ALLOW_UNROUTED,
      concurrency: { type: 'string', value: 'N', help: 'functions at a time, 1 to 16 (4)' },
    },
    bundles: true,
  },
  {
    name: 'deploy function',
    summary: 'deploy one function; `function KEY` for short',
    text: 'As deploy, for one function. The others are neither read nor changed.',
    examples: [['function on-object-created --stage prod', 'deploy it']],
    flags: { function: FUNCTION, 'dry-run': DRY_RUN, 'allow-unrouted': ALLOW_UNROUTED },
    bundles: true,
  },
  {
    name: 'info',
    summary: 'show what is deployed: versions, triggers, addresses',
    text: 'Asks FunctionGraph. Names of variables are shown, their values never.',
    examples: [['info --stage prod', 'every function']],
    flags: { function: { ...FUNCTION, help: 'show this function only, with its versions and variables' } },
  },
  {
    name: 'invoke',
    summary: 'call a deployed function and print its result',
    text: 'Exit code 1 when the function fails.',
    examples: [
      ['invoke -f list-sync-tasks -d \'{"httpMethod":"GET","path":"/sync-tasks"}\'', 'as the gateway would'],
      ['invoke -f redrive -d \'{"dry_run":true}\'', 'what a redrive would do'],
    ],
    flags: {
      function: FUNCTION,
      data: DATA,
      path: EVENT_FILE,
      async: { type: 'boolean', help: 'queue the event and do not wait' },
      qualifier: { type: 'string', value: 'NAME', help: 'version or alias (the alias that serves)' },
      log: { type: 'boolean', help: 'print what the function has logged, too' },
    },
  },
  {
    name: 'invoke local',
    summary: 'run a bundle of dist/ on this machine, under the rules of the platform',
    text: `Runs the very zip that would be deployed, in a process of its own, with the variables of the stage. OMS and OBS are
called for real: with --stage local those of npm start, otherwise those of the account, with the keys of the environment in
place of the agency's.`,
    examples: [['invoke local --stage local -f redrive -d \'{"dry_run":true}\'', 'against npm start']],
    flags: { function: FUNCTION, data: DATA, path: EVENT_FILE, log: { type: 'boolean', help: 'print the log, too' } },
    bundles: true,
  },
  {
    name: 'logs',
    summary: 'print what a function has logged, from LTS',
    text: 'With --tail it goes on until Ctrl-C.',
    examples: [['logs -f on-object-created --since 1h --search OmsSync.NoRoute --stage prod', 'the last hour']],
    flags: {
      function: FUNCTION,
      since: { type: 'string', value: 'AGE', help: 'how far back: 90s, 30m, 12h, 7d (10m)' },
      search: { type: 'string', value: 'WORDS', help: "words to look for, in LTS's syntax" },
      limit: { type: 'string', value: 'N', help: 'lines at the most (1000)' },
      tail: { type: 'boolean', short: 't', help: 'wait for more' },
    },
  },
  {
    name: 'rollback',
    summary: 'undo the last deployment: the versions before serve again',
    text: `Shows first what changes, by field. Moves the alias; nothing is sent, and triggers stay as they are. Configuration
and code go back together: a version holds both. Where variables change, ROUTES for example, it asks on a terminal;
elsewhere it needs --yes. Functions that the last deployment did not change stay. The next deploy brings serverless.yml
again.`,
    examples: [
      ['rollback --stage prod --dry-run', 'what would change'],
      ['rollback --stage prod', 'what the last deployment changed'],
      ['rollback --stage prod -f redrive', 'one function, to the version before'],
      ['rollback --stage prod -f redrive --to 3', 'one function, to a version that info shows'],
    ],
    flags: {
      function: { ...FUNCTION, help: 'roll back this function only' },
      to: { type: 'string', value: 'VERSION', help: 'the version to serve; needs --function' },
      'dry-run': DRY_RUN,
      yes: YES,
    },
  },
  {
    name: 'remove',
    summary: 'delete the functions of a stage, and their triggers',
    text: `Deletes what begins with <service>-<stage>-. Buckets, sync tasks and their state stay. On a terminal it asks first;
elsewhere it needs --yes.`,
    examples: [
      ['remove --stage dev --dry-run', 'what would be deleted'],
      ['remove --stage dev --yes', 'delete it'],
    ],
    flags: {
      function: { ...FUNCTION, help: 'remove this function only' },
      'dry-run': DRY_RUN,
      yes: YES,
    },
  },
  {
    name: 'package',
    summary: 'build the zips of dist/ and check them against the rules of the platform',
    text: 'Needs no account. The same sources give the same bytes.',
    examples: [['package', 'build and list']],
    flags: { function: { ...FUNCTION, help: 'package this function only' } },
    bundles: true,
  },
];

export function findCommand(name: string): CommandDefinition | undefined {
  return COMMANDS.find((command) => command.name === name);
}

export function flagsOf(command: CommandDefinition): Readonly<Record<string, FlagDefinition>> {
  return { ...command.flags, ...COMMON_FLAGS };
}
