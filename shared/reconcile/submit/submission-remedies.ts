import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';

const AGAIN = 'the next pass submits the objects again.';

/**
 * What to do about objects that were refused, where the table of failures speaks of notifications: there is no dead
 * letter here and nothing to redrive, for the next pass finds the objects again.
 */
const OWN: Partial<Readonly<Record<FailureCode, string>>> = {
  'OmsSync.KeyRefused':
    'Submit the object by hand (POST /sync-tasks/{sync_task_id}/events) and read error_msg. Where OMS does not take ' +
    `such a name, rename the object; else ${AGAIN}`,
  'OmsSync.BatchRefused':
    'Submit one of the objects by hand (POST /sync-tasks/{sync_task_id}/events) and read error_msg: the cause is in the ' +
    `sync task or in all names. Correct it; ${AGAIN}`,
  'OmsSync.RequestTooLarge': `Set OMS_MAX_KEYS_PER_CALL to 10 or less; ${AGAIN}`,
  'OmsSync.SourceObjectMissing':
    "Look for the object in the sync task's source bucket, which must be the one that was listed. Where it was deleted " +
    'meanwhile there is nothing to do.',
  'OmsSync.SyncTaskStopped': `Start the sync task (POST /sync-tasks/{sync_task_id}/start, with both key pairs); ${AGAIN}`,
  'OmsSync.SyncTaskNotFound':
    'List the sync tasks (GET /sync-tasks) and correct sync_task_id in ROUTES, or the project or region of OMS. Where ' +
    `the task was deleted, create it again and use its new id; ${AGAIN}`,
  'OmsSync.SyncTaskUnusable':
    "Check that the task's key pairs are valid and may read the source and write the destination bucket, and that both " +
    `exist. Stop and start the task with working key pairs; ${AGAIN}`,
  'OmsSync.InvalidSyncTaskId': `Correct sync_task_id in ROUTES (GET /sync-tasks lists the ids); ${AGAIN}`,
  'OmsSync.AccountRestricted': `Let the owner of the account settle it in the billing center; ${AGAIN}`,
  'OmsSync.QuotaExceeded': `Raise OMS's quota (console, My Quotas) or delete sync tasks that are not needed; ${AGAIN}`,
  'OmsSync.OmsOperationUnknown':
    'Check the region and the endpoint of OMS: sync events exist in cn-north-4, cn-east-3 and cn-southwest-2 only.',
  'OmsSync.Internal': `Report it with the log line, which has the stack; after the fix ${AGAIN}`,
};

/** Of another release. */
const UNKNOWN = `See the log; ${AGAIN}`;
/** Of notifications, which are no matter of a comparison. */
const OF_NOTIFICATIONS = /\b(?:redrive|dead letter|platform|trigger)\b/i;

/** @param code of a failure; of another release, it may be one that is not known */
export function submissionRemedy(code: string): string {
  const known = Object.values(FAILURES).find((failure) => failure.code === code);
  if (known === undefined) return UNKNOWN;
  const own = OWN[known.code as FailureCode];
  if (own !== undefined) return own;
  const clauses = known.remedy.split(/(?<=[.;]) /).filter((clause) => !OF_NOTIFICATIONS.test(clause));
  return clauses.length === 0 ? UNKNOWN : clauses.join(' ').replace(/;$/, '.');
}
