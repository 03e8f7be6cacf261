import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const status: CliCommand = {
  name: 'status',
  summary: 'say whether replication keeps up, what waits, and what to do',
  text: `Asks, for every route: the sync task, both buckets, the last pass of reconcile. And for all of them: invocations that wait
in FunctionGraph, failed invocations, dead letters, parked documents, the last redrive, timers that did not run. Documents
are counted by their names; causes are those of a sample of 50 of each kind, as the output says. It changes nothing.

  healthy  nothing waits longer than the threshold, the tasks run, and the last pass has proved that the buckets converge
  behind   something waits longer, or the last pass found differences; it is being worked at
  stuck    nothing moves without a person: a stopped task, a parked document, a cause that no retry cures, a silent timer
  unknown  something could not be asked, or no pass has been made

Keys come from the environment, as for "where".

Exit code 0 healthy, 1 behind or stuck, 2 unknown.`,
  examples: [
    ['status', 'of the local cloud that runs'],
    ['status --stage prod --watch', 'again every 5 seconds, until Ctrl-C'],
    ['status --stage prod --metrics', 'as OpenMetrics text, for a collector of text files'],
    ['status --stage prod --json', 'for a script: the answer of GET /status'],
  ],
  flags: {
    watch: { type: 'boolean', help: 'show it again every few seconds, until Ctrl-C' },
    every: { type: 'string', value: 'SECONDS', help: 'with --watch: seconds in between (5)' },
    metrics: { type: 'boolean', help: 'print the numbers as OpenMetrics text; exit code 0 where they were printed' },
    threshold: {
      type: 'string',
      value: 'AGE',
      help: 'how long something may wait: 90s, 15m, 1h (STATUS_THRESHOLD, 15m)',
    },
    ...PROJECT_FLAGS,
  },
  module: './status/run.ts',
};
