import {
  AccessDeniedError,
  NoSuchBucketError,
  ObjectStoreConnectionError,
  WrongRegionError,
} from '#shared/objectstore/errors.ts';
import { OmsError } from '#shared/oms/errors.ts';
import { classify, type FailureCode } from '#shared/pipeline/failures.ts';
import { DiffError } from '#shared/reconcile/compare/errors.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';
import type { SideName } from './side.ts';

/**
 * Problems of a run, each in one line with what lies behind it and what to do.
 *
 * @param errors the last one of each side's listings
 */
export function problemsOf(
  { error, report }: Pick<ReconcileResult, 'error' | 'report'>,
  errors: Readonly<Record<SideName, unknown>>,
): string[] {
  const stopped = (report?.stopped ?? []).map(
    ({ side, fault }) => new DiffError(side, faultOf(fault), undefined, errors[side]),
  );
  const all = [...(error === undefined ? [] : [error]), ...stopped];
  return [...new Set(all.map(explain))];
}

/** A report has the fault as text. */
function faultOf(fault: string): DiffError['fault'] {
  return fault as DiffError['fault'];
}

/** An error in one line, with what lies behind it and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const sentence = error.message.replaceAll(/\s+/g, ' ').trim();
  if (error instanceof OmsError)
    return [sentence, OF_OMS[classify(error).code as FailureCode]].filter(Boolean).join(' ');
  if (!(error instanceof DiffError) || !(error.cause instanceof Error) || error.fault !== 'failed') return sentence;
  return [sentence, explain(error.cause), whatToDo(error.side, error.cause)].filter(Boolean).join(' ');
}

const KEYS_OF_OMS = 'The keys are of HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or of --endpoints.';
const PLACE_OF_OMS = 'Is it OMS_SYNC_REGION or OMS_SYNC_ENDPOINT?';

/** Remedies for failures of OMS, for a user of the command. */
const OF_OMS: Partial<Readonly<Record<FailureCode, string>>> = {
  'OmsSync.SyncTaskNotFound': 'Is it --task, OMS_SYNC_REGION or OMS_SYNC_PROJECT_ID?',
  'OmsSync.InvalidSyncTaskId': 'Is it --task?',
  'OmsSync.SyncTaskStopped': 'Start the sync task first.',
  'OmsSync.CredentialsRefused': KEYS_OF_OMS,
  'OmsSync.MissingCredentials': KEYS_OF_OMS,
  'OmsSync.PermissionDenied': `They need oms:synctask:get and oms:synctask:createEvent. ${KEYS_OF_OMS}`,
  'OmsSync.OmsOperationUnknown': PLACE_OF_OMS,
  'OmsSync.NameNotResolved': PLACE_OF_OMS,
  'OmsSync.TlsRefused': PLACE_OF_OMS,
  'OmsSync.OmsUnreachable': PLACE_OF_OMS,
  'OmsSync.OmsMalformedResponse': PLACE_OF_OMS,
};

function whatToDo(side: SideName, cause: unknown): string {
  if (cause instanceof NoSuchBucketError) return `Is it --${side}, --${side}-region and --${side}-endpoint?`;
  if (cause instanceof ObjectStoreConnectionError) return `Is it --${side}-region or --${side}-endpoint?`;
  if (cause instanceof WrongRegionError)
    return `On the command line, set --${side}-region ${cause.region ?? 'to the region of the bucket'}.`;
  if (!(cause instanceof AccessDeniedError)) return '';
  const prefix = side === 'source' ? 'SRC' : 'DST';
  return `The keys are of ${prefix}_ACCESS_KEY and ${prefix}_SECRET_KEY, or of HUAWEICLOUD_SDK_AK where those are not set.`;
}
