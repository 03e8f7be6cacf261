import type { ListedObject, ObjectStore } from '#shared/objectstore/port.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import type { Finding } from '#shared/reconcile/compare/verdict.ts';
import type { KnownTask } from '#shared/reconcile/oms-task.ts';
import { REMEDIES } from '#shared/reconcile/report/reason-remedies.ts';
import type { Cause, Station } from '../station.ts';
import { station } from './ask.ts';
import type { NamedObject } from './trigger.ts';

/** An object as a bucket has it, and when that was asked, by the store's clock where it tells. */
export interface FoundObject {
  readonly object: ListedObject | undefined;
  readonly date: number | undefined;
}

/**
 * Looks an object up by a listing of one name: it tells what a pass compares, and needs no right to read contents. The
 * object's own name is the first of all names that begin with it.
 */
export async function lookUp(store: ObjectStore, { bucket, key }: NamedObject): Promise<FoundObject> {
  const { objects, date } = await store.listObjects({ bucket, prefix: key, maxKeys: 1 });
  const [object] = objects;
  return { object: object?.key === key ? object : undefined, date };
}

export function sourceStation({ object }: FoundObject): Station<'source'> {
  if (object === undefined) return station('source', 'absent', 'The bucket has no object of this name.');
  const { size, lastModified, storageClass } = object;
  const kind = storageClass === undefined ? '' : `, ${storageClass}`;
  return station('source', 'present', `${size} bytes${kind}.`, { at: lastModified });
}

export interface Comparison {
  readonly source: ListedObject;
  readonly destination: FoundObject;
  readonly task: KnownTask;
  readonly route: Route;
  /** Milliseconds. */
  readonly grace: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** One sentence: the last pass's word on the object. */
  readonly lastPass?: string | undefined;
}

const FOUND: Readonly<Record<Finding['verdict'] | 'same', string>> = {
  same: 'The same as the source.',
  missing: 'There is no object of this name.',
  size_differs: 'Another size than the source.',
  destination_older: 'Written before the source was modified.',
  checksum_differs: 'Same size as the source, other contents.',
  in_flight: 'Not the source yet, which was modified lately.',
  ignored_by_oms: 'Differs from the source, and OMS skips it by the rules of the task.',
  unmigratable: 'Differs from the source, and OMS cannot copy it.',
  deferred: 'Differs from the source.',
  submitted_in_vain: 'Differs from the source.',
  extra: '',
  oms_own: '',
};

/** Compares both sides as a pass does. Of an object in flight `at` is when it no longer counts as that. */
export function destinationStation(comparison: Comparison): Station<'destination'> {
  const { source, destination, task, route, grace, now, lastPass } = comparison;
  const comparer = new ObjectComparer({
    rules: task.rules,
    restore: task.restore,
    graceMs: grace,
    sourceCloud: route.source.cloud ?? 'HuaweiCloud',
    compareETags: route.compare_etags ?? true,
  });
  const times = { now, listedAt: destination.date ?? now };
  const finding = destination.object
    ? comparer.both(source, destination.object, times)
    : comparer.sourceOnly(source, times);
  const verdict = (finding?.verdict ?? 'same') as Station<'destination'>['state'] & keyof typeof FOUND;
  const rules = task.assumed ? ' The rules of the task are assumed to be the defaults.' : '';
  const detail = [FOUND[verdict], lastPass].filter(Boolean).join(' ') + (finding?.reason ? rules : '');
  const at = verdict === 'in_flight' ? source.lastModified + grace : destination.object?.lastModified;
  return station('destination', verdict, detail, { at, cause: causeOfFinding(finding) });
}

function causeOfFinding(finding: Finding | undefined): Cause | undefined {
  if (finding?.reason === undefined) return undefined;
  const code = finding.verdict === 'unmigratable' ? 'OmsSync.Unmigratable' : 'OmsSync.IgnoredByOms';
  return { code, message: `${FOUND[finding.verdict]} Reason: ${finding.reason}.`, remedy: REMEDIES[finding.reason] };
}
