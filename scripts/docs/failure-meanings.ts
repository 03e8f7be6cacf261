import type { FailureCode } from '#shared/pipeline/failures.ts';
import type { DOCUMENT_FAILURES } from '#shared/redrive/codes.ts';

/** Meanings for docs/reference/failures.md. The functions do not need them, so they are not in their bundles. */
export const MEANINGS: Readonly<Record<FailureCode, string>> = {
  'OmsSync.KeyRefused': 'OMS refused the key with 400, although it was sent alone.',
  'OmsSync.BatchRefused': 'OMS refused several batches of the sync task, so no single key is to blame.',
  'OmsSync.RequestTooLarge': 'The request was larger than OMS or its gateway takes (413).',
  'OmsSync.SourceObjectMissing': 'OMS found no such object in the source bucket.',
  'OmsSync.InvalidObjectKey': "The record's key is malformed in the configured encoding, or longer than 1024 bytes.",
  'OmsSync.InvalidRecord': 'A record of the notification does not name an object.',
  'OmsSync.UnrecognisedEvent': 'The event is not an OBS notification in any known form.',
  'OmsSync.NoRoute': 'No route names the bucket of the notification.',
  'OmsSync.SyncTaskStopped': 'The sync task is stopped, for example while its keys are rotated.',
  'OmsSync.SyncTaskNotFound': 'OMS has no sync task with this id in this project and region.',
  'OmsSync.SyncTaskUnusable': "OMS cannot use the sync task's buckets, regions or key pairs.",
  'OmsSync.SyncTaskRefused': 'OMS refuses events of the sync task for a reason other than the keys.',
  'OmsSync.InvalidSyncTaskId': 'The id of the sync task cannot be part of a URL path.',
  'OmsSync.CredentialsRefused': 'OMS refused the signature or the token (401).',
  'OmsSync.MissingCredentials': 'The function has no usable credentials for OMS.',
  'OmsSync.PermissionDenied': 'The credentials are valid but may not send events (403).',
  'OmsSync.AccountRestricted': 'The Huawei Cloud account is restricted, frozen, or lacks real-name authentication.',
  'OmsSync.QuotaExceeded': 'A quota of the account is used up.',
  'OmsSync.OmsOperationUnknown': 'The gateway in front of OMS knows no such operation.',
  'OmsSync.Configuration': "The function's variables are wrong.",
  'OmsSync.NameNotResolved': "The name of OMS's endpoint could not be resolved.",
  'OmsSync.TlsRefused': "The certificate of OMS's endpoint was not accepted.",
  'OmsSync.OmsThrottled': 'OMS receives too many requests (429).',
  'OmsSync.OmsUnavailable': 'OMS or its gateway failed (5xx).',
  'OmsSync.OmsInternalError': 'OMS reports an internal error, also with status 400 (OMS.1001).',
  'OmsSync.OmsUnreachable': 'There was no connection to OMS, or it broke.',
  'OmsSync.OmsTimeout': 'OMS did not answer in time.',
  'OmsSync.OmsMalformedResponse': 'A 2xx answer of OMS has an invalid body, so its effect is unknown.',
  'OmsSync.OmsUnexpectedAnswer': 'OMS answered with an undocumented status.',
  'OmsSync.DeadlineExceeded': 'The invocation ran out of time before the key was sent.',
  'OmsSync.AmbiguousCreate': 'It is not known whether OMS created the sync task.',
  'OmsSync.ObjectStoreUnavailable': 'The state bucket could not be reached, or its store failed.',
  'OmsSync.ObjectStoreAccessDenied': 'The store refused the credentials or the operation.',
  'OmsSync.ObjectStoreWrongRegion': 'The bucket is in another region.',
  'OmsSync.ObjectStoreClockSkewed': 'The store refuses the time of the signature.',
  'OmsSync.ObjectStoreNoSuchBucket': 'The state bucket does not exist.',
  'OmsSync.ObjectStoreObjectNotFound': 'A document of the state bucket is gone.',
  'OmsSync.ObjectStoreObjectTooLarge': 'A document of the state bucket is larger than any that oms-sync writes.',
  'OmsSync.ObjectStoreMalformedResponse': 'A 2xx answer of the store is invalid or contradicts itself.',
  'OmsSync.ObjectStoreRefused': 'The store refused the request for a reason not listed here.',
  'OmsSync.ObjectStoreUnsupported': "The bucket's cloud is unknown or has no S3 interface.",
  'OmsSync.CredentialInName':
    "A name or an unreadable text contains one of the function's credentials, which no document may hold.",
  'OmsSync.Internal': 'A defect of oms-sync.',
};

export const DOCUMENT_MEANINGS: Readonly<Record<keyof typeof DOCUMENT_FAILURES, string>> = {
  failedInvocation: 'FunctionGraph gave the event up and wrote it to the failure destination.',
  otherFunction: 'The invocation of a timer, or a call of redrive or reconcile, failed for good.',
  unreadable:
    'The document is not JSON or has no known form. It is parked: its text in `event.content`, or the document itself below `parked/as-found/`.',
  notRouted: 'No route matches the objects any more, although their bucket has routes.',
  newer: 'A later release wrote the document. It stays where it is.',
};

/** Code, what happened, what to do. */
export const WRITING_ERRORS: readonly (readonly [code: string, meaning: string, remedy: string])[] = [
  [
    '`OmsSync.DeadLetterFailed`',
    'The state bucket did not take the dead letter.',
    'Act on the `OmsSync.ObjectStore…` code of its cause. The platform tries the event again.',
  ],
  [
    '`OmsSync.NoStateBucket`',
    'No bucket for dead letters is configured.',
    'Set STATE_BUCKET, deploy, and redrive what is in the failure destination.',
  ],
  [
    '`OmsSync.DeadLetterTooLarge`',
    'The event is larger than the queue of the platform takes (256 KB).',
    'Find its sender; split the event and send it again.',
  ],
];
