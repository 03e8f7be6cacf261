import type { CliCommand } from './command.ts';

export const start: CliCommand = {
  name: 'start',
  summary: 'run the local cloud until Ctrl-C',
  text: `Runs the whole product on this machine: an S3-compatible object store that sends OBS notifications, an OMS that copies
objects, and FunctionGraph with its gateway, hosting the bundles of dist/. Put an object into the bucket "source" and it
arrives in the bucket "destination". While it runs, other commands in this folder work on it.

docs/reference/local-cloud.md explains fault plans, access keys and everything else.`,
  examples: [
    ['start', 'on ports 8080 to 8084'],
    ['start --port-base 0 --data ~/oms-data', 'on free ports, keeping objects, tasks and keys across restarts'],
    ['start --watch', 'and deploy a function again when one of its sources is saved'],
  ],
  flags: {
    'port-base': {
      type: 'string',
      value: 'N',
      help: 'gateway on N, obs N+1, oms N+2, functiongraph N+3, iam N+4; 0 picks free ports (8080)',
    },
    data: {
      type: 'string',
      value: 'DIR',
      help: 'keep objects, tasks and keys in DIR (default: a folder that is removed at the end)',
    },
    'key-decoding': {
      type: 'string',
      value: 'STYLE',
      choices: ['form', 'rfc3986'],
      help: 'how OMS decodes keys (form)',
    },
    faults: { type: 'string', value: 'FILE', help: 'fault plans of OMS and the object store' },
    'retry-delay': {
      type: 'string',
      value: 'MS',
      help: 'milliseconds before the first retry of a failed asynchronous invocation; doubles with each further one (200)',
    },
    'result-lists': {
      type: 'boolean',
      help: 'OMS lists its results in the destination bucket, below oms/sync_task/ (the default)',
    },
    'without-result-lists': { type: 'boolean', help: 'OMS writes no lists of results' },
    accounts: { type: 'string', value: 'FILE', help: 'more access keys, with their permissions' },
    endpoints: {
      type: 'string',
      value: 'FILE',
      help: 'where addresses and keys are written once everything answers (.local/endpoints.json)',
    },
    watch: {
      type: 'boolean',
      help: 'deploy a function again whenever one of its sources is saved; serverless.yml, too',
    },
    quiet: { type: 'boolean', help: 'do not print the log lines of functions and services' },
  },
  module: '../local/start.ts',
  localOnly: true,
};
