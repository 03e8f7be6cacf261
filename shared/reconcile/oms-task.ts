import * as z from 'zod/mini';
import type { Logger } from '#shared/logging/logger.ts';
import { quantity } from './compare/counts.ts';
import { DEFAULT_RULES, type OverwriteRules, rulesOf } from './compare/overwrite-rules.ts';

export const countersSchema = z.object({
  requested: quantity,
  succeeded: quantity,
  failed: quantity,
  skipped: quantity,
  bytes: quantity,
});
export type OmsCounters = z.infer<typeof countersSchema>;

type Counter = number | bigint | null | undefined;

/** The part of ShowSyncTask's answer that a pass looks at. Every field may be absent. */
export interface TaskFacts {
  readonly src_bucket?: string | null | undefined;
  readonly dst_bucket?: string | null | undefined;
  readonly object_overwrite_mode?: string | null | undefined;
  readonly consistency_check?: string | null | undefined;
  readonly enable_restore?: boolean | null | undefined;
  readonly monthly_acceptance_request?: Counter;
  readonly monthly_success_object?: Counter;
  readonly monthly_failure_object?: Counter;
  readonly monthly_skip_object?: Counter;
  readonly monthly_size?: Counter;
}

export interface KnownTask {
  readonly rules: OverwriteRules;
  readonly restore: boolean;
  /** Its source and its destination; empty where OMS did not tell. */
  readonly buckets: readonly [source: string, destination: string];
  /** Absent where OMS told none. */
  readonly counters?: OmsCounters;
  /** OMS did not say, so that the rules are the defaults. */
  readonly assumed: boolean;
}

const UNKNOWN_TASK: KnownTask = {
  rules: DEFAULT_RULES,
  restore: false,
  buckets: ['', ''],
  assumed: true,
};

/** Asks OMS for the task. Where it does not say, the rules are the defaults. */
export async function showKnownTask({
  showTask,
  log,
}: {
  readonly showTask?: (() => Promise<TaskFacts>) | undefined;
  readonly log: Pick<Logger, 'warn'>;
}): Promise<KnownTask> {
  if (!showTask) return UNKNOWN_TASK;
  try {
    return knownTask(await showTask());
  } catch (error) {
    log.warn('task not shown', { error });
    return UNKNOWN_TASK;
  }
}

function knownTask(facts: TaskFacts): KnownTask {
  const counters = countersOf(facts);
  return {
    rules: rulesOf(facts),
    restore: facts.enable_restore === true,
    buckets: [facts.src_bucket ?? '', facts.dst_bucket ?? ''],
    ...(counters && { counters }),
    assumed: false,
  };
}

/**
 * Whether a task copies from one bucket to the other, as far as it tells. Tencent's buckets are called name-APPID, and a
 * task may have the two apart.
 */
export function isTaskOf({ buckets: [from, to] }: KnownTask, source: string, destination: string): boolean {
  const isSource = from === '' || source === from || source.startsWith(`${from}-`);
  return isSource && (to === '' || destination === to);
}

function countersOf(facts: TaskFacts): OmsCounters | undefined {
  const { monthly_acceptance_request: requested, monthly_success_object: succeeded } = facts;
  const counters = {
    requested: toNumber(requested),
    succeeded: toNumber(succeeded),
    failed: toNumber(facts.monthly_failure_object),
    skipped: toNumber(facts.monthly_skip_object),
    bytes: toNumber(facts.monthly_size),
  };
  return requested === undefined && succeeded === undefined ? undefined : counters;
}

/** Counters are Longs; from 2^53 on, some petabytes, they lose their last digits. */
function toNumber(counter: Counter): number {
  const value = Number(counter ?? 0);
  return value >= 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : 0;
}
