import type { CliCommand } from './command.ts';
import { REDRIVE_FLAGS } from './redrive/flags.ts';

export const redrive: CliCommand = {
  name: 'redrive',
  summary: 'submit again what was not accepted: dead letters and failed invocations',
  text: `Reads the dead letters and the failed invocations of the state bucket, asks OMS to copy the objects that they name, and
deletes the documents of which everything was accepted. What OMS refuses again stays, with one attempt more; after
REDRIVE_MAX_ATTEMPTS it is parked. It is safe to interrupt and to run twice.

On an account it uses the variables OMS_SYNC_* that serverless.yml reads, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and, for
temporary keys, HUAWEICLOUD_SDK_SECURITY_TOKEN. Keys are never given as flags.

Exit code 0 when nothing remains, 1 when something remains.`,
  examples: [
    ['redrive --dry-run', 'what is there, by code, and what to do about it'],
    ['redrive --code OmsSync.NoRoute --stage prod', 'after the missing route was deployed'],
    ['redrive --older-than 1h --prefix source/a --stage prod', 'of one bucket, below one prefix'],
    ['redrive --parked --stage prod', 'what was given up, too'],
  ],
  flags: REDRIVE_FLAGS,
  module: './redrive/run.ts',
};
