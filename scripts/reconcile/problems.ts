import { AccessDeniedError, NoSuchBucketError, ObjectStoreConnectionError } from '#shared/objectstore/errors.ts';
import { DiffError } from '#shared/reconcile/errors.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';
import type { SideName } from './side.ts';

/**
 * What went wrong in a run, each in one line with what lies behind it and what to do.
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

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const sentence = error.message.replaceAll(/\s+/g, ' ').trim();
  if (!(error instanceof DiffError) || !(error.cause instanceof Error) || error.fault !== 'failed') return sentence;
  return [sentence, explain(error.cause), whatToDo(error.side, error.cause)].filter(Boolean).join(' ');
}

function whatToDo(side: SideName, cause: unknown): string {
  if (cause instanceof NoSuchBucketError) return `Is it --${side}, --${side}-region and --${side}-endpoint?`;
  if (cause instanceof ObjectStoreConnectionError) return `Is it --${side}-region or --${side}-endpoint?`;
  if (!(cause instanceof AccessDeniedError)) return '';
  const prefix = side === 'source' ? 'SRC' : 'DST';
  return `The keys are of ${prefix}_ACCESS_KEY and ${prefix}_SECRET_KEY, or of HUAWEICLOUD_SDK_AK where those are not set.`;
}
