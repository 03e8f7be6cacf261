/** What a listing process answers after a round. */
export interface ListingRound {
  /** Of one bucket. */
  readonly objects: number;
  readonly ms: number;
  /** User and system CPU time of the process with all its threads, microseconds. */
  readonly cpuUs: number;
}

/**
 * Lists when the parent asks: an IPC message names what to list, the answer is a {@link ListingRound}. A failing listing
 * ends the process.
 *
 * @param list returns the number of objects of one bucket
 */
export function serveListings(list: (what: string) => Promise<number>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (what: string) => {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const objects = await list(what);
    const { user, system } = process.cpuUsage(cpu);
    process.send?.({ objects, ms: performance.now() - start, cpuUs: user + system } satisfies ListingRound);
  });
}
