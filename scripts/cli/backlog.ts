import type { CliCommand } from './command.ts';
import { REDRIVE_FLAGS } from './redrive/flags.ts';

const { 'older-than': olderThan, 'newer-than': newerThan, prefix, limit, rate, verbose, endpoints } = REDRIVE_FLAGS;

export const backlog: CliCommand = {
  name: 'backlog',
  summary: 'list, show, retry or discard dead letters, failed invocations and parked documents',
  text: `Works on the documents of the state bucket that hold objects back, whatever their kind: dead letters, failed invocations
and parked documents. Each is shown with its objects and its true cause; a failed invocation has the one that its last
attempt ended with.

  list     what there is; with --json one line for each document
  show     one document with its content
  retry    submits again what the documents name, as redrive does, parked ones included
  discard  removes documents for good. A record with their content stays below redrive/discarded/ in the state bucket

Filters choose documents; one must meet all of them. A glob is compared with BUCKET/KEY: * stands for characters but the
slash, ** for any, ? for one. Keys and variables are those of "redrive".

Exit code of list: 0 when there is none, 1 when there are some. Of retry: as for redrive.`,
  examples: [
    ['backlog list', 'everything, the oldest of each kind first'],
    ["backlog list --cause OmsSync.SyncTaskStopped --glob 'photos/2026/**' --json", 'for a script'],
    ['backlog show parked/2026-09-30/03-24-43-0d5b...json --stage prod', 'one document'],
    ['backlog retry --kind parked --cause OmsSync.NoRoute --stage prod', 'after the missing route was deployed'],
    ['backlog discard --older-than 30d --kind parked --reason "bucket retired" --yes --stage prod', 'for good'],
  ],
  words: [
    ['<action>', 'list, show, retry or discard', ['list', 'show', 'retry', 'discard']],
    ['[document]', 'name of one document, as list shows it'],
  ],
  flags: {
    kind: {
      type: 'string',
      value: 'KIND',
      help: 'only documents of this kind',
      choices: ['dead_letter', 'failed_invocation', 'parked'],
    },
    cause: { type: 'string', value: 'CODE', help: 'only documents with this cause; may be repeated', repeatable: true },
    prefix,
    glob: { type: 'string', value: 'PATTERN', help: 'only documents that name a matching object' },
    'older-than': olderThan,
    'newer-than': newerThan,
    limit: { ...limit, help: 'N documents at the most (list shows 100 where it is not JSON)' },
    yes: { type: 'boolean', help: 'discard without being asked' },
    reason: { type: 'string', value: 'TEXT', help: 'with discard: why, for the record' },
    rate,
    verbose,
    endpoints,
  },
  module: './backlog/run.ts',
};
