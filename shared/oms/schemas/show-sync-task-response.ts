import type { Problem } from '#shared/errors/base.ts';
import { ValidationError } from '#shared/validation/errors.ts';

/**
 * The answer of ShowSyncTask, as a table. Every field may be null (the page's own example has nulls) or absent (the
 * pages differ), and no text is checked against a list: one page has `no_check` where another has `transmission`, and a
 * value that OMS adds must not break a reader.
 *
 * Not a zod schema, because every function loads the client and one of them shows tasks: without zod, a process that
 * only submits events has its first answer a tenth earlier.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
const FIELDS = {
  sync_task_id: 'text',
  src_cloud_type: 'text',
  src_region: 'text',
  src_bucket: 'text',
  create_time: 'time',
  last_start_time: 'time',
  dst_bucket: 'text',
  dst_region: 'text',
  description: 'text',
  /** `SYNCHRONIZING` or `STOPPED` */
  status: 'text',
  // On the page, gone from newer SDKs.
  enable_kms: 'flag',
  enable_metadata_migration: 'flag',
  enable_restore: 'flag',
  app_id: 'text',
  monthly_acceptance_request: 'counter',
  monthly_success_object: 'counter',
  monthly_failure_object: 'counter',
  monthly_skip_object: 'counter',
  /** Bytes. */
  monthly_size: 'counter',
  object_overwrite_mode: 'text',
  dst_storage_policy: 'text',
  consistency_check: 'text',
} as const;

interface Kinds {
  readonly text: string;
  readonly flag: boolean;
  /** Milliseconds since the epoch; a Long, so a bigint where a number would lose digits. */
  readonly time: number | bigint;
  /** A Long, up to 2^63 - 1: always a bigint, so that sums are exact. */
  readonly counter: bigint;
}
type Fields = typeof FIELDS;

/** A sync task with its counters of one month; may have fields that nobody knows yet. */
export type ShowSyncTaskResponse = {
  readonly [Name in keyof Fields]?: Kinds[Fields[Name]] | null;
} & { readonly [name: string]: unknown };

const INTEGER = /^-?\d{1,19}$/;

/** @returns undefined where the value is not of the kind */
const readers: { readonly [Kind in keyof Kinds]: (value: unknown) => Kinds[Kind] | undefined } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : undefined),
  time: (value) => (typeof value === 'number' || typeof value === 'bigint' ? value : undefined),
  counter: (value) => {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
    return typeof value === 'string' && INTEGER.test(value) ? BigInt(value) : undefined;
  },
};

/**
 * @param value lossless JSON (`parseJsonLossless`)
 * @returns the same fields in their order, counters as bigint
 * @throws ValidationError with every field that is of the wrong kind
 */
export function readShowSyncTaskResponse(value: unknown): ShowSyncTaskResponse {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ValidationError([{ path: '', rule: 'type', message: 'It must be an object.' }]);
  const task: Record<string, unknown> = { ...value };
  const problems: Problem[] = [];
  for (const [name, kind] of Object.entries(FIELDS)) {
    const field = task[name];
    if (field === undefined || field === null) continue;
    task[name] = readers[kind](field);
    if (task[name] === undefined) problems.push({ path: name, rule: 'type', message: `${name} is not a ${kind}.` });
  }
  if (problems.length > 0) throw new ValidationError(problems);
  return task;
}
