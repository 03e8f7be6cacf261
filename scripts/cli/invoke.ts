import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const invoke: CliCommand = {
  name: 'invoke',
  summary: 'call a function and print its result',
  text: `Calls a deployed function through FunctionGraph's invocation API, which needs no gateway. --method, --path and --body
make the request that a gateway would send. The body of an HTTP answer is printed decoded.

"invoke local" runs the zip of dist/ on this machine, under the rules of the platform. OMS and OBS are called for real: on
stage local those of the local cloud, otherwise those of the account, with the keys of the environment in place of the
agency's.

Exit code 1 where the function fails or answers with a status of 400 or more.`,
  examples: [
    ['invoke -f list-sync-tasks --method GET --path /sync-tasks', 'an HTTP operation'],
    ['invoke -f redrive -d \'{"dry_run":true}\'', 'an event'],
    ['invoke local -f redrive -d \'{"dry_run":true}\'', 'on this machine'],
  ],
  words: [['[where]', 'local: run the zip on this machine', ['local']]],
  flags: {
    function: { type: 'string', value: 'KEY', short: 'f', help: 'key of the function in serverless.yml' },
    data: { type: 'string', value: 'JSON', short: 'd', help: 'the event; {} where it is left out' },
    file: { type: 'string', value: 'FILE', help: 'file with the event; - is stdin' },
    method: { type: 'string', value: 'METHOD', help: 'make an HTTP request of this method (with --path)' },
    path: { type: 'string', value: 'PATH', help: 'path of the HTTP request, with its query' },
    body: { type: 'string', value: 'TEXT', help: 'body of the HTTP request' },
    async: { type: 'boolean', help: 'queue the event and do not wait' },
    qualifier: { type: 'string', value: 'NAME', help: 'version or alias (the alias that serves)' },
    log: { type: 'boolean', help: 'print what the function has logged, too' },
    ...PROJECT_FLAGS,
  },
  module: ([where]) => (where === 'local' ? './invoke/local.ts' : './invoke/run.ts'),
};
