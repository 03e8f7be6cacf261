/**
 * How far a failure's cause reaches.
 *
 * - `content`: one of the batch's keys may be the cause, so smaller batches may succeed
 * - `task`: no key of this sync task can succeed
 * - `account`: no call can succeed, for a reason outside the keys and the tasks
 * - `call`: this call failed; the next may succeed
 */
type FailureScope = 'content' | 'task' | 'account' | 'call';

export interface FailureKind {
  /** Stable, for alarms and filters. */
  readonly code: string;
  readonly scope: FailureScope;
  /** Whether the same key may be accepted later without anybody naming it again. */
  readonly retryable: boolean;
  readonly remedy: string;
  /**
   * Remedy for objects that a reconciliation submitted: there is no dead letter and nothing to redrive, for the
   * next pass finds them again. Absent where `remedy` holds there, too.
   */
  readonly reconcileRemedy?: string;
}

type Row = Omit<FailureKind, 'code'>;

/** Makes rows of one scope. The remedy is `first` and `redrive`; a reconciliation shows `first` and `reconcile`. */
function kind(scope: FailureScope, retryable: boolean) {
  return (first: string, redrive?: string, reconcile = ''): Row => ({
    scope,
    retryable,
    remedy: first + (redrive ?? ''),
    ...(redrive !== undefined && { reconcileRemedy: first + reconcile }),
  });
}
const content = kind('content', false);
const task = kind('task', true);
const account = kind('account', true);
const call = kind('call', true);
const contentForNow = kind('content', true);
const taskForGood = kind('task', false);
const callForGood = kind('call', false);

const RETRIED = ' Then redrive.';
const GIVEN_UP = ' When it is over, redrive.';
const DEPLOY = ', deploy, and redrive.';
const NEXT_PASS = '; the next pass submits the objects again.';
const SEE_LOG = 'See the log; the next pass submits the objects again.';

/** Every failure by its code; docs/reference/failures.md is written from it. What they mean: scripts/docs/failure-meanings.ts. */
const ROWS = {
  'OmsSync.KeyRefused': content(
    '',
    "Compare the key with the object's name in the source bucket. If they differ, correct the trigger's " +
      '*_KEY_ENCODING, reconcile the bucket, and delete the dead letter, which keeps the wrong name. If they are the ' +
      'same, rename the object and delete the dead letter, or redrive when OMS takes such names.',
    'Submit the object by hand (POST /sync-tasks/{sync_task_id}/events) and read error_msg. If OMS does not take ' +
      'such a name, rename the object; else the next pass submits the objects again.',
  ),
  'OmsSync.BatchRefused': contentForNow(
    '',
    'Submit one of the keys by hand (POST /sync-tasks/{sync_task_id}/events) and read error_msg: the cause is in ' +
      'the sync task or in all keys, most likely their encoding. Correct it, then redrive.',
    'Submit one of the objects by hand (POST /sync-tasks/{sync_task_id}/events) and read error_msg: the cause is ' +
      'in the sync task or in all names. Correct it; the next pass submits the objects again.',
  ),
  'OmsSync.RequestTooLarge': content('Set OMS_MAX_KEYS_PER_CALL to 10 or less', DEPLOY, NEXT_PASS),
  'OmsSync.SourceObjectMissing': content(
    "Look for the object in the sync task's source bucket",
    '. If it was deleted, delete the dead letter. If it has another name, correct the variable *_KEY_ENCODING, ' +
      'deploy, reconcile the bucket, and delete the dead letter.',
    ', which must be the one that was listed. If it was deleted meanwhile, nothing is to be done.',
  ),
  'OmsSync.InvalidObjectKey': content(
    '',
    'Set OBS_KEY_ENCODING or EVENTGRID_KEY_ENCODING to the encoding that the trigger uses (the dead letter shows the ' +
      'key), deploy, and redrive.',
    SEE_LOG,
  ),
  'OmsSync.InvalidRecord': content(
    '',
    'Let the trigger send OBS notifications unchanged. Submit the object of the record by hand (POST ' +
      '/sync-tasks/{sync_task_id}/events) and delete the dead letter.',
    SEE_LOG,
  ),
  'OmsSync.UnrecognisedEvent': content(
    '',
    'Point the trigger that sent the event elsewhere, or remove its transformation (EventGrid: ORIGINAL). If the ' +
      'event names objects, reconcile their bucket. Then delete the dead letter.',
    'If the event names objects, reconcile their bucket.',
  ),
  'OmsSync.NoRoute': content(
    '',
    'Add a route for the bucket to ROUTES, deploy, and redrive; or remove the trigger from the bucket and delete the ' +
      'dead letter.',
    SEE_LOG,
  ),
  'OmsSync.SyncTaskStopped': task(
    'Start the sync task (POST /sync-tasks/{sync_task_id}/start, with both key pairs)',
    '. The platform tries the event again; if it has given up, redrive.',
    NEXT_PASS,
  ),
  'OmsSync.SyncTaskNotFound': taskForGood(
    'List the sync tasks (GET /sync-tasks)',
    ', correct sync_task_id in ROUTES (or OMS_PROJECT_ID, OMS_REGION), deploy, and redrive. If the task was deleted, ' +
      'create it again and use its new id.',
    ' and correct sync_task_id in ROUTES, or the project or region of OMS. If the task was deleted, create it again ' +
      'and use its new id; the next pass submits the objects again.',
  ),
  'OmsSync.SyncTaskUnusable': task(
    "Check that both buckets exist and that the task's key pairs may read the source and write the destination. " +
      'Stop and start the task with working key pairs',
    ', then redrive.',
    NEXT_PASS,
  ),
  'OmsSync.SyncTaskRefused': task(
    'Compare the state of the sync task (GET /sync-tasks/{sync_task_id}) with the error_msg in the log. If they ' +
      "contradict each other, give the request id to Huawei's support.",
  ),
  'OmsSync.InvalidSyncTaskId': taskForGood(
    'Correct sync_task_id in ROUTES (GET /sync-tasks lists the ids)',
    DEPLOY,
    NEXT_PASS,
  ),
  'OmsSync.CredentialsRefused': account(
    "Check the function's agency, or the variables OMS_ACCESS_KEY and OMS_SECRET_KEY; 'signature expired' in the " +
      'log means that the clock is wrong.',
    RETRIED,
  ),
  'OmsSync.MissingCredentials': account(
    'Give the function an agency that may use OMS, or set OMS_ACCESS_KEY and OMS_SECRET_KEY as encrypted ' +
      'variables, without spaces or line ends.',
    RETRIED,
  ),
  'OmsSync.PermissionDenied': account(
    "Grant the function's agency, or the user of its key pair, oms:synctask:createEvent and oms:synctask:get; this " +
      'takes effect after some minutes.',
    RETRIED,
  ),
  'OmsSync.AccountRestricted': account(
    'Let the owner of the account settle it in the billing center',
    ', then redrive.',
    NEXT_PASS,
  ),
  'OmsSync.QuotaExceeded': account(
    "Raise OMS's quota (console, My Quotas) or delete unneeded sync tasks",
    ', and redrive.',
    NEXT_PASS,
  ),
  'OmsSync.OmsOperationUnknown': account(
    '',
    'Correct OMS_REGION or OMS_ENDPOINT: sync events exist in cn-north-4, cn-east-3 and cn-southwest-2 only. Deploy, ' +
      'and redrive.',
    'Check the region and the endpoint of OMS: sync events exist in cn-north-4, cn-east-3 and cn-southwest-2 only.',
  ),
  'OmsSync.Configuration': account('', 'Correct the variables that the log line names, deploy, and redrive.', SEE_LOG),
  'OmsSync.NameNotResolved': account(
    "Check OMS_REGION and OMS_ENDPOINT, and the DNS servers of the function's VPC.",
    RETRIED,
  ),
  'OmsSync.TlsRefused': account(
    'Check OMS_ENDPOINT, and look for a proxy before it: one that replaces certificates is not trusted.',
    RETRIED,
  ),
  'OmsSync.OmsThrottled': call(
    'Nothing if it passes. If it lasts, lower OMS_CALLS_PER_SECOND (it counts per instance) or the number of ' +
      'instances.',
  ),
  'OmsSync.OmsUnavailable': call(
    "Look at the health of OMS in this region (Huawei Cloud's service health page).",
    GIVEN_UP,
  ),
  'OmsSync.OmsInternalError': call(
    "Nothing if it passes. If it lasts, give the request id of the log to Huawei's support.",
    GIVEN_UP,
  ),
  'OmsSync.OmsUnreachable': call(
    'Check OMS_ENDPOINT and, for a function in a VPC, its NAT gateway and security group.',
    GIVEN_UP,
  ),
  'OmsSync.OmsTimeout': call(
    "Look at the health of OMS in this region and the way out of the function's VPC.",
    GIVEN_UP,
  ),
  'OmsSync.OmsMalformedResponse': call(
    'Check that OMS_ENDPOINT is that of OMS: a proxy or a login page answers like this. If the log names an error of ' +
      'OMS with status 200, act on its code.',
  ),
  'OmsSync.OmsUnexpectedAnswer': call(
    "Read status, error_code and error_msg in the log. Check OMS_ENDPOINT, then give the request id to Huawei's " +
      'support.',
  ),
  'OmsSync.DeadlineExceeded': call(
    "Raise the function's timeout, or OMS_CONCURRENCY and OMS_CALLS_PER_SECOND.",
    ' Then redrive.',
  ),
  'OmsSync.AmbiguousCreate': callForGood(
    'Look for its buckets in GET /sync-tasks before you create it again, or create it with if_exists=return.',
  ),
  'OmsSync.ObjectStoreUnavailable': call(
    'Look at the health of OBS in the region of the state bucket, and at STATE_ENDPOINT.',
    ' The platform still holds the event; when it is over, redrive.',
  ),
  'OmsSync.ObjectStoreAccessDenied': account(
    "Allow the function's agency to list, read, write and delete objects of the state bucket, also in the bucket's " +
      'own policy.',
  ),
  'OmsSync.ObjectStoreWrongRegion': account(
    'Set the region that the log names, and the endpoint with it: STATE_REGION and STATE_ENDPOINT for the state ' +
      'bucket, region and endpoint of the source or destination in ROUTES.',
  ),
  'OmsSync.ObjectStoreClockSkewed': account('Set the clock of the calling machine (NTP). The keys are not the cause.'),
  'OmsSync.ObjectStoreNoSuchBucket': account(
    'Create the bucket that STATE_BUCKET names, in STATE_REGION, or correct the variables and deploy.',
  ),
  'OmsSync.ObjectStoreObjectNotFound': callForGood(
    '',
    'Nothing: another redrive has dealt with it, or somebody deleted it.',
    SEE_LOG,
  ),
  'OmsSync.ObjectStoreObjectTooLarge': callForGood(
    'Move the document that the log names out of the prefix; oms-sync did not write it.',
  ),
  'OmsSync.ObjectStoreMalformedResponse': call(
    'Check that the endpoint (STATE_ENDPOINT, or that of the route) is an object store: a proxy or a login page ' +
      'answers like this.',
  ),
  'OmsSync.ObjectStoreRefused': call(
    'Read store status and store code in the log. Check STATE_ENDPOINT, STATE_REGION and the policy of the state ' +
      'bucket.',
  ),
  'OmsSync.ObjectStoreUnsupported': account(
    'Correct the cloud that the route or the variables name, and deploy; a cloud without S3 cannot be listed.',
  ),
  'OmsSync.CredentialInName': content(
    'Replace the credentials, because they were published. Then rename the object, or remove them from the document ' +
      'that the log names.',
  ),
  'OmsSync.Internal': call(
    'Report it with the log line, which has the stack',
    '. The platform still holds the event: redrive it after the fix is deployed.',
    '; after the fix the next pass submits the objects again.',
  ),
} as const satisfies Readonly<Record<string, Row>>;

export type FailureCode = keyof typeof ROWS;

export const FAILURES: Readonly<Record<FailureCode, FailureKind>> = Object.fromEntries(
  Object.entries(ROWS).map(([code, row]) => [code, { code, ...row }]),
) as never;
