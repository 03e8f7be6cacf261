import * as z from 'zod/mini';
import { syncTaskId } from '#shared/validation/primitives.ts';
import { rule } from '#shared/validation/rule.ts';

const THIRTEEN_DIGITS = /^[1-9]\d{12}$/;
const isMilliseconds = rule((value: string | number) =>
  THIRTEEN_DIGITS.test(String(value))
    ? undefined
    : { rule: 'milliseconds', message: 'must be a time in milliseconds since 1970, 13 digits' },
);

/**
 * Input of GET /sync-tasks/{sync_task_id}. `query_time` selects the month of the counters; the pages have it as a string
 * and SDKs since 3.1.183 as a number, the same text on the wire, so both are taken.
 *
 * @param now milliseconds since the epoch; the default of query_time, which OMS itself makes mandatory
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function showSyncTaskRequest(now: () => number) {
  const queryTime = z.union([z.string(), z.number()]).check(isMilliseconds);
  return z.object({ sync_task_id: syncTaskId, query_time: z._default(queryTime, () => Math.floor(now())) });
}

/** @returns milliseconds, whichever form was given */
export function queryTimeToNumber(value: string | number): number {
  return Number(value);
}

const INTEGER = /^-?\d{1,19}$/;

function buildResponse() {
  // Every field may be null (the page's own example has nulls) or absent (the pages differ).
  const textField = z.nullish(z.string());
  const flag = z.nullish(z.boolean());
  // Long, up to 2^63 - 1: a bigint where a number would lose digits.
  const time = z.nullish(z.union([z.number(), z.bigint()]));
  // Long, up to 2^63 - 1: always a bigint, so that sums are exact.
  const counter = z.nullish(
    z.pipe(
      z.union([z.int(), z.bigint(), z.string().check(z.regex(INTEGER))]),
      z.transform((value: number | bigint | string) => BigInt(value)),
    ),
  );
  return z.looseObject({
    sync_task_id: textField,
    src_cloud_type: textField,
    src_region: textField,
    src_bucket: textField,
    create_time: time,
    last_start_time: time,
    dst_bucket: textField,
    dst_region: textField,
    description: textField,
    /** `SYNCHRONIZING` or `STOPPED` */
    status: textField,
    // On the page, gone from newer SDKs.
    enable_kms: flag,
    enable_metadata_migration: flag,
    enable_restore: flag,
    app_id: textField,
    monthly_acceptance_request: counter,
    monthly_success_object: counter,
    monthly_failure_object: counter,
    monthly_skip_object: counter,
    /** Bytes. */
    monthly_size: counter,
    object_overwrite_mode: textField,
    dst_storage_policy: textField,
    consistency_check: textField,
  });
}

let response: ReturnType<typeof buildResponse> | undefined;

/**
 * A sync task with its counters of one month. Unknown fields pass, and no text is checked against a list: the pages
 * disagree (`no_check` here, `transmission` there), and a value that OMS adds must not break a reader.
 * Built on first use, because every function loads the client and one of them shows tasks.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function showSyncTaskResponse(): ReturnType<typeof buildResponse> {
  response ??= buildResponse();
  return response;
}

export type ShowSyncTaskResponse = z.output<ReturnType<typeof buildResponse>>;
