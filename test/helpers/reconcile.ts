import { type Counts, countFinding, countSame, type DiffStep, noCounts } from '#shared/reconcile/compare/counts.ts';
import type { Finding, Verdict } from '#shared/reconcile/compare/verdict.ts';

/** Counts of objects of one byte: so many of each verdict, with made-up keys. */
export function countsOf(objects: Partial<Record<Verdict, number>>, start = ''): Counts {
  const counts = noCounts();
  for (const finding of findingsOf(objects, start)) countFinding(counts, finding);
  for (let index = 0; index < (objects.same ?? 0); index += 1) countSame(counts, `${start}same${index}`, 1, 1);
  return counts;
}

/** A step of a diff that found so many objects of each verdict. */
export function stepOf(cursor: string, objects: Partial<Record<Verdict, number>>): DiffStep {
  return { cursor, counts: countsOf(objects, cursor), findings: findingsOf(objects, cursor) };
}

function findingsOf(objects: Partial<Record<Verdict, number>>, start: string): Finding[] {
  return Object.entries(objects).flatMap(([name, count]) => {
    const verdict = name as Verdict;
    if (verdict === 'same') return [];
    return Array.from({ length: count }, (_, index) => {
      const object = { key: `${start}${verdict}${index}`, size: 1, lastModified: 0 };
      const side = verdict === 'extra' || verdict === 'oms_own' ? { destination: object } : { source: object };
      return { key: object.key, verdict, submit: false, ...side };
    });
  });
}
