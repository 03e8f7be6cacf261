import type { DeadLetters } from '#shared/deadletters/store.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { FoundDocument } from './document.ts';
import type { Verdict } from './judge.ts';

export interface StateBucket {
  readonly deadLetters: DeadLetters;
  readonly store: ObjectStore;
  readonly bucket: string;
}

/**
 * Does what the verdict says: writes what takes the document's place, then deletes the document. In this order, so that
 * being killed in between leaves both.
 *
 * @returns names that were written
 * @throws ObjectStoreError; the document is still there then
 */
export async function settle(
  verdict: Verdict,
  found: FoundDocument,
  { deadLetters, store, bucket }: StateBucket,
): Promise<readonly string[]> {
  if (verdict.outcome === 'left') return [];
  const written: string[] = [];
  for (const { letter, parked } of verdict.letters)
    written.push(parked ? await deadLetters.park(letter) : await deadLetters.put(letter));
  // A letter that is refused for the same reason keeps its name, and was overwritten.
  if (!written.includes(found.name)) await store.deleteObject({ bucket, key: found.name });
  return written;
}
