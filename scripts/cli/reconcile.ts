import type { CliCommand } from './command.ts';
import { RECONCILE_FLAGS } from './reconcile/flags.ts';

export const reconcile: CliCommand = {
  name: 'reconcile',
  summary: 'compare two buckets, object by object, and submit what is missing',
  text: `Compares two buckets by listing both, object by object, and says of each what it found. With --task it also submits to that
OMS sync task what needs copying, while it lists. It reads no content and deletes nothing. Without --source it compares the
buckets of the local cloud that runs.

Verdicts:
  same               same name, size and (where both tell) checksum; the destination is not older
  missing            not at the destination                                                   submitted
  size differs       another size                                                             submitted
  destination older  the source was modified after the destination was written                submitted
  checksum differs   same size, other contents by the ETags                                   submitted
  deferred           differs, and a later pass submits it: the reason says why it waits
  submitted in vain  differs, however often it was submitted: the reason says what to do
  in flight          differs, and is younger than --grace: its notification may be on the way
  ignored by OMS     differs, and OMS would skip it by the rules of the task: the reason says what to do
  unmigratable       differs, and OMS cannot copy it: the reason says what to do
  extra              only at the destination: never deleted, and no difference
  OMS's own lists    below oms/sync_task/ at the destination: no difference

A prefix is the beginning of names: s3://b/log finds log/1 and logs/1, s3://b/log/ only the first. OMS keeps names, so both
prefixes are the same.

Keys come from the environment, never from flags:
  SRC_ACCESS_KEY, SRC_SECRET_KEY (SRC_SECURITY_TOKEN)   list the source
  DST_ACCESS_KEY, DST_SECRET_KEY (DST_SECURITY_TOKEN)   list the destination
  HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK (HUAWEICLOUD_SDK_SECURITY_TOKEN)
                                                        OMS, and buckets of OBS where the others are not set
OMS is found by OMS_SYNC_REGION (cn-north-4) and OMS_SYNC_PROJECT_ID, and called as the other variables OMS_SYNC_* say that
serverless.yml reads.

Exit code 0 when the buckets have converged, 1 when something differs, 2 for an error or a source that lists nothing.`,
  examples: [
    ['reconcile', 'the buckets of the local cloud that runs'],
    [
      'reconcile --source s3://photos --destination s3://photos-copy',
      'two buckets of OBS: compare, and change nothing',
    ],
    ['reconcile ... --task 6b7c... --dry-run', 'what would be submitted, how many calls, how long'],
    ['reconcile ... --task 6b7c... --stage prod', 'submit it; run it again later, and it proves that all arrived'],
    ['reconcile ... --list names.txt', 'all names that OMS would copy, for a migration task'],
    ['reconcile ... --source-provider AWS --source-region us-east-1', 'a source in another cloud'],
    ['reconcile ... --json > report.json', 'for a script: docs/reconcile-report.schema.json'],
  ],
  flags: RECONCILE_FLAGS,
  module: './reconcile/run.ts',
};
