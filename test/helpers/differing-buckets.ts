import { HOSTILE_KEYS } from '../../scripts/local/hostile-keys.ts';

/** How an object of a pair of buckets differs. */
export type Difference = 'same' | 'missing' | 'size' | 'contents' | 'older' | 'extra' | 'oms_own';

export interface DifferingObject {
  readonly key: string;
  readonly difference: Difference;
}

/** One of so many objects differs in each way. */
const CYCLE: readonly Difference[] = ['missing', 'size', 'contents', 'older', 'extra'];
const ONE_OF = 50;

/**
 * The objects of two buckets: flat ones and nested ones, each hostile name with each difference, and lists that OMS has
 * written.
 *
 * @param hostile whether a hostile name is to be there
 */
export function differingObjects(count: number, hostile: (key: string) => boolean): DifferingObject[] {
  const objects: DifferingObject[] = [];
  const differences: readonly Difference[] = ['same', ...CYCLE];
  for (const [index, name] of HOSTILE_KEYS.filter(hostile).entries()) {
    objects.push({ key: name, difference: differences[index % differences.length] ?? 'same' });
    for (const difference of differences)
      if (Buffer.byteLength(name) < 1000) objects.push({ key: `hostile ${difference}/${name}`, difference });
  }
  // Only at the destination, and only there, is it a list of OMS.
  objects.push({ key: 'oms/sync_task/of-the-source.txt', difference: 'missing' });
  for (let index = 0; index < 25; index++)
    objects.push({ key: `oms/sync_task/2026-11-21/success-${index}.txt`, difference: 'oms_own' });
  for (let index = 0; objects.length < count; index++)
    objects.push({ key: keyOf(index), difference: CYCLE[index % ONE_OF] ?? 'same' });
  return objects;
}

/** A third has no folder, a third is one folder deep, a third is five. */
function keyOf(index: number): string {
  const number = String(index).padStart(7, '0');
  if (index % 3 === 0) return `flat-${number}.bin`;
  const group = Math.trunc(index / 1500);
  if (index % 3 === 1) return `folder-${group}/object ${number}.bin`;
  return `year=2026/month=${group % 12}/day=${group % 28}/报告/part-${group}/${number}+é.parquet`;
}
