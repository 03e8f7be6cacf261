import type { CliCommand } from './command.ts';

export const demo: CliCommand = {
  name: 'demo',
  summary: 'replicate objects on a local cloud of its own, and prove that all arrived',
  text: `Starts the local cloud on free ports, loses some notifications on purpose, and uploads objects into the source bucket
with a stock S3 client. When everything has arrived of which a notification told, it shows what is missing, lets the
reconciler find and submit it, and lets it prove in a second pass that nothing is missing any more. At the end it
compares every object's bytes and metadata, and prints a summary.

Exit code 0 when everything arrived, 1 when something is missing or differs.`,
  examples: [
    ['demo', "this repository's files and hostile key names"],
    ['demo --objects 5000', 'generated objects'],
    ['demo --folder ~/Pictures --drop 0', 'your own, losing nothing'],
  ],
  flags: {
    folder: {
      type: 'string',
      value: 'DIR',
      help: "upload this folder (default: the repository's files and hostile key names)",
    },
    objects: { type: 'string', value: 'N', help: 'generate N small objects instead' },
    'key-decoding': {
      type: 'string',
      value: 'STYLE',
      choices: ['form', 'rfc3986'],
      help: 'how OMS decodes keys (form)',
    },
    drop: { type: 'string', value: 'PERCENT', help: 'notifications to lose on purpose, 0 for none (5)' },
    patience: { type: 'string', value: 'SECONDS', help: 'give up when nothing has arrived for so long (30)' },
    verbose: { type: 'boolean', help: 'print the log lines of functions and services' },
  },
  module: '../local/demo.ts',
  localOnly: true,
};
