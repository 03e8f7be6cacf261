import type { StoredObject } from './stored-objects.ts';

export type Layout = 'flat' | 'folders';

const FOLDER_OBJECTS = 1000;

/** One object of so many is in the source only, and one of so many has another size there. */
export const MISSING_OF = 1009;
export const OTHER_SIZE_OF = 2003;

const MODIFIED = Date.UTC(2026, 0, 1);

/** The objects of one of two buckets that differ in some; `folders` has 1000 objects in each folder. */
export function* bucketObjects(
  layout: Layout,
  count: number,
  side: 'source' | 'destination',
): Generator<StoredObject, void, undefined> {
  const isSource = side === 'source';
  for (let index = 0; index < count; index += 1) {
    if (!isSource && index % MISSING_OF === 1) continue;
    const hash = Math.imul(index, 2_654_435_761 | 0) >>> 0;
    const etag = `${hash.toString(16).padStart(8, '0')}${index.toString(16).padStart(24, '0')}`;
    yield {
      key: keyOf(layout, index),
      size: !isSource && index % OTHER_SIZE_OF === 2 ? 1 : 1000 + (index % 100_000),
      modified: MODIFIED + index * 1000 + (isSource ? 0 : 3_600_000),
      etag,
    };
  }
}

function keyOf(layout: Layout, index: number): string {
  const number = String(index).padStart(9, '0');
  if (layout === 'flat') return `measurement-${number}.json`;
  return `folder-${String(Math.trunc(index / FOLDER_OBJECTS)).padStart(6, '0')}/measurement-${number}.json`;
}
