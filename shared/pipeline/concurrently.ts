/**
 * Does the work for every item, so many at a time, and resolves when all of it is done.
 *
 * @param work handles its own errors: a rejection would leave the other workers running unseen
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(workers);
}
