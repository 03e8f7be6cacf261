import type { Totals } from '../compare/counts.ts';

export interface PlanInput {
  /** Known, estimated, or counted by a dry run. */
  readonly sourceObjects: number;
  readonly destinationObjects: number;
  readonly submit: Totals;
  readonly keysPerCall: number;
  readonly callsPerSecond: number;
  /** Objects to submit above which a migration task is the better way. */
  readonly adviseAbove?: number;
}

export interface Plan {
  readonly submit: Totals;
  readonly list_calls: { readonly source: number; readonly destination: number };
  readonly event_calls: number;
  /** Minutes that the event calls take at the configured rate, to the tenth, rounded up. */
  readonly minutes: number;
  /** Present where there is a better way than events. */
  readonly advice?: string;
}

/** Objects; 1000 calls a minute for more than ten minutes, and one OMS task instead. */
export const ADVISE_ABOVE = 100_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html max-keys */
const PAGE_SIZE = 1000;

/**
 * The cost of a pass. LIST calls are the least that the objects need: parallel listing probes for its ranges, and pages
 * may be shorter. A listing of nothing takes a call, too.
 */
export function planOf(input: PlanInput): Plan {
  const { submit, keysPerCall, callsPerSecond, adviseAbove = ADVISE_ABOVE } = input;
  const pages = (objects: number): number => Math.max(1, Math.ceil(objects / PAGE_SIZE));
  const calls = Math.ceil(submit.objects / keysPerCall);
  return {
    submit,
    list_calls: { source: pages(input.sourceObjects), destination: pages(input.destinationObjects) },
    event_calls: calls,
    minutes: Math.ceil((calls / callsPerSecond / 60) * 10) / 10,
    ...(submit.objects > adviseAbove && { advice: adviceOn(submit.objects, calls) }),
  };
}

/**
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateTask.html task_type `list`
 * https://support.huaweicloud.com/eu/usermanual-oms/oms_01_00020.html on task groups
 */
function adviceOn(objects: number, calls: number): string {
  return (
    `${objects} objects would take ${calls} event calls. An OMS migration task of the type "object list" copies them ` +
    'in one go: oms-sync reconcile writes its list file with --list FILE (at most 1024 MB). Beyond 5 million objects or ' +
    '3 TB OMS recommends a migration task group.'
  );
}
