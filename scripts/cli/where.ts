import { type CliCommand, PROJECT_FLAGS } from './command.ts';

export const where: CliCommand = {
  name: 'where',
  summary: 'say where an object is, what holds it, and what happens next',
  text: `Asks every station on the way of an object: source bucket, logs, routes, invocations that wait in FunctionGraph, dead
letters and failed invocations, the sync task with its lists of results, destination bucket. Says what holds the object,
why, what happens next, and the command to run now. Everything behind the bucket is the key, as it stands; --encoded takes
a percent-encoded key. It reads no content of objects and changes nothing.

Verdicts:
  arrived          the destination has it
  in_flight        modified lately (RECONCILE_GRACE_PERIOD): its notification or its copy is on the way
  waiting          the platform or OMS tries again, or the sync task is stopped
  dead_lettered    a dead letter or a failed invocation holds it
  parked           given up after REDRIVE_MAX_ATTEMPTS
  failed_at_oms    OMS took it and could not copy it
  skipped_by_oms   OMS leaves what the destination has
  not_routed       no route takes it, or it is never submitted
  missing          nothing holds it: reconcile submits it
  not_in_source    the source has no object of this name
  unknown          a station could not be asked: its line says why

Keys come from the environment, as for "reconcile": SRC_ACCESS_KEY and DST_ACCESS_KEY with their secrets, else
HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK.

Exit code 0 when it arrived, 2 when the answer is unknown, else 1.`,
  examples: [
    ['where s3://photos/2026/a.jpg --stage prod', 'one object'],
    ["where 's3://photos/2026/a%2Bb.jpg' --encoded --stage prod", 'a key as a log shows it'],
    ['where s3://photos/2026/a.jpg --json', 'for a script: the answer of GET /objects'],
  ],
  words: [['<object>', 's3://BUCKET/KEY']],
  flags: { encoded: { type: 'boolean', help: 'the key is percent-encoded' }, ...PROJECT_FLAGS },
  module: './where/run.ts',
};
