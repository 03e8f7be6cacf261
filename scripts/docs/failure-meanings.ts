import type { FailureCode } from '#shared/pipeline/failures.ts';
import type { DOCUMENT_FAILURES } from '#shared/redrive/codes.ts';

/** What happened, for docs/reference/failures.md. The functions do not need it, so it is not in their bundles. */
export const MEANINGS: Readonly<Record<FailureCode, string>> = {
  'OmsSync.KeyRefused': 'OMS refused the key, sent alone, with 400.',
  'OmsSync.BatchRefused': 'OMS refused whole batches of the sync task alike, so that no single key can be blamed.',
  'OmsSync.RequestTooLarge': 'The request was larger than OMS or its gateway takes (413).',
  'OmsSync.SourceObjectMissing': 'OMS found no such object in the source bucket.',
  'OmsSync.InvalidObjectKey':
    "The record's key is not one in the encoding that is configured, or it is longer than 1024 bytes.",
  'OmsSync.InvalidRecord': 'A record of the notification lacks what names its object.',
  'OmsSync.UnrecognisedEvent': 'The event is no notification of OBS in any of its forms.',
  'OmsSync.NoRoute': 'No route names the bucket of the notification.',
  'OmsSync.SyncTaskStopped': 'The sync task is stopped, as it is while its keys are rotated.',
  'OmsSync.SyncTaskNotFound': 'OMS has no sync task of this id in this project and region.',
  'OmsSync.SyncTaskUnusable': "OMS cannot work with the sync task's buckets, regions or key pairs.",
  'OmsSync.SyncTaskRefused': 'OMS refuses events of the sync task for a reason that is not in the keys.',
  'OmsSync.InvalidSyncTaskId': 'The id of the sync task cannot be a part of a URL path.',
  'OmsSync.CredentialsRefused': 'OMS refused the signature or the token (401).',
  'OmsSync.MissingCredentials': 'The function has no credentials for OMS, or none that can be sent.',
  'OmsSync.PermissionDenied': 'The credentials are valid and not allowed to send events (403).',
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
  'OmsSync.OmsMalformedResponse':
    'OMS answered with success in a form that is not understood, so it is not known what it did.',
  'OmsSync.OmsUnexpectedAnswer': 'OMS answered with a status that no page documents.',
  'OmsSync.DeadlineExceeded': "The invocation's time was used up before the key's turn came.",
  'OmsSync.AmbiguousCreate': 'It is not known whether OMS created the sync task.',
  'OmsSync.ObjectStoreUnavailable': 'The state bucket could not be reached, or its store failed.',
  'OmsSync.ObjectStoreAccessDenied': 'The store refused the credentials, or does not permit them the operation.',
  'OmsSync.ObjectStoreWrongRegion': 'The bucket is in another region than the one that was asked.',
  'OmsSync.ObjectStoreClockSkewed': 'The store refuses the time of the signature.',
  'OmsSync.ObjectStoreNoSuchBucket': 'The state bucket does not exist.',
  'OmsSync.ObjectStoreObjectNotFound': 'A document of the state bucket is gone.',
  'OmsSync.ObjectStoreObjectTooLarge': 'A document of the state bucket is larger than any that is written there.',
  'OmsSync.ObjectStoreMalformedResponse':
    'The store answered with success in a form that is not understood or contradicts itself.',
  'OmsSync.ObjectStoreRefused': 'The store refused the request for a reason that has no row of its own.',
  'OmsSync.ObjectStoreUnsupported': "The bucket's cloud has no S3 interface, or is none that is known.",
  'OmsSync.CredentialInName':
    "A name, or a text that cannot be read, holds one of the function's credentials, which no document may hold.",
  'OmsSync.Internal': 'A defect of this software, or an error that nobody thought of.',
};

export const DOCUMENT_MEANINGS: Readonly<Record<keyof typeof DOCUMENT_FAILURES, string>> = {
  failedInvocation: 'FunctionGraph gave the event up after its retries and wrote it to the failure destination.',
  otherFunction: 'An invocation that was no notification failed for good: a timer, or a call of redrive or reconcile.',
  unreadable: 'The document is not JSON, or not of a form that is known. It is in parked/ with what was found.',
  notRouted:
    'No route matches the objects, although their bucket has some, and nothing says that they were left out before.',
  newer: 'The document has a later version than this release knows. It was left where it is.',
};

/** Code, what happened, what to do. */
export const WRITING_ERRORS: readonly (readonly [code: string, meaning: string, remedy: string])[] = [
  [
    '`OmsSync.DeadLetterFailed`',
    'The state bucket did not take the dead letter.',
    'See the `OmsSync.ObjectStore…` code of its cause, above. The event comes again, and is redriven when it is given up.',
  ],
  [
    '`OmsSync.NoStateBucket`',
    'No bucket for dead letters is configured.',
    'Set STATE_BUCKET, deploy, and redrive what is in the failure destination.',
  ],
  [
    '`OmsSync.DeadLetterTooLarge`',
    'The event is larger than any that comes through the queue of the platform (256 KB).',
    'Find out what called the function with it; split the event and send it again.',
  ],
];
