import type { OmsClient } from './client.ts';
import { OmsError, OmsResponseError } from './errors.ts';
import type { TASK_STATUSES } from './schemas/enums.ts';

type TaskStatus = (typeof TASK_STATUSES)[number];

export class SyncTaskNotFoundError extends OmsError {
  override readonly name = 'SyncTaskNotFoundError';

  constructor(refusal: OmsError) {
    const message = 'OMS does not know the sync task.';
    super(404, 'OmsSync.SyncTaskNotFound', message, message, { ...refusal, cause: refusal });
  }
}

export class SyncTaskStateError extends OmsError {
  override readonly name = 'SyncTaskStateError';

  constructor(message: string, refusal: OmsError) {
    super(409, 'OmsSync.SyncTaskState', message, message, { ...refusal, cause: refusal });
  }
}

export interface Conflict {
  readonly status: TaskStatus;
  /**
   * Digits of the codes that OMS may use; older answers have the prefix S3M in place of OMS. The vendor lists these
   * codes for tasks in general, not for sync tasks, so a code alone is never enough.
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/ErrorCode.html
   */
  readonly codes: readonly string[];
  readonly message: string;
}

/** Each operation with the state in which it is refused. */
export const CONFLICTS = {
  /** 0065: "already started". */
  start: {
    status: 'SYNCHRONIZING',
    codes: ['0065'],
    message: 'The sync task is started already. To start it with other key pairs, stop it first.',
  },
  /** 0066: "pause failed, not in progress". */
  stop: { status: 'STOPPED', codes: ['0066'], message: 'The sync task is stopped already.' },
  /** 0063: "task in progress, cannot delete"; 0073: "delete failed". */
  delete: {
    status: 'SYNCHRONIZING',
    codes: ['0063', '0073'],
    message: 'The sync task must be stopped before it can be deleted: stop it, or add ?stop=true.',
  },
  /** The vendor does not document the answer to an event for a stopped task. */
  events: {
    status: 'STOPPED',
    codes: ['0066'],
    message: 'The sync task is stopped and takes no events: start it first.',
  },
} as const satisfies Readonly<Record<string, Conflict>>;

export type RefusalCause =
  | { readonly about: 'missing'; readonly error: SyncTaskNotFoundError }
  | { readonly about: 'state'; readonly error: SyncTaskStateError }
  | { readonly about: 'other'; readonly error: unknown };

/**
 * Finds the cause of a refused call. OMS answers 400 or 403 to nearly everything, with codes that no page assigns to
 * sync tasks, so only ShowSyncTask tells whether a task exists and in which state it is.
 *
 * @param error what the call threw
 * @param options.conflict the state in which the operation is refused, where it has one
 * @param options.now milliseconds since the epoch
 * @returns `other` with the error itself where it is no refusal or ShowSyncTask does not tell
 */
export async function explainRefusal(
  error: unknown,
  options: {
    readonly oms: OmsClient;
    readonly syncTaskId: string;
    readonly conflict?: Conflict;
    readonly now: () => number;
  },
): Promise<RefusalCause> {
  const missing = missingTask(error);
  if (missing) return { about: 'missing', error: missing };
  const other: RefusalCause = { about: 'other', error };
  // Refused credentials have another status here, and ShowSyncTask would refuse them again.
  if (!(error instanceof OmsResponseError) || (error.status !== 400 && error.status !== 403)) return other;
  const { oms, syncTaskId, conflict } = options;
  let status: string | null | undefined;
  try {
    ({ status } = await oms.showSyncTask({ syncTaskId, queryTime: options.now() }));
  } catch (failure) {
    return missingByShow(failure) ? { about: 'missing', error: new SyncTaskNotFoundError(error) } : other;
  }
  return conflict && status === conflict.status && hasCode(error, conflict.codes)
    ? { about: 'state', error: new SyncTaskStateError(conflict.message, error) }
    : other;
}

/** @returns the error where OMS answered 404 */
function missingTask(error: unknown): SyncTaskNotFoundError | undefined {
  return error instanceof OmsResponseError && error.status === 404 ? new SyncTaskNotFoundError(error) : undefined;
}

/** Digits of "invalid task ID" and "resource not found", both of which the list of codes has with status 400. */
const MISSING_CODES = ['0054', '1009'];

/** Does the same for an error of ShowSyncTask, whose code is enough whatever the status. */
export function missingByShow(error: unknown): SyncTaskNotFoundError | undefined {
  const isRefusal = error instanceof OmsResponseError && error.status === 400;
  return isRefusal && hasCode(error, MISSING_CODES) ? new SyncTaskNotFoundError(error) : missingTask(error);
}

function hasCode({ omsErrorCode }: OmsResponseError, codes: readonly string[]): boolean {
  const [prefix, digits = ''] = omsErrorCode?.split('.') ?? [];
  return (prefix === 'OMS' || prefix === 'S3M') && codes.includes(digits);
}
