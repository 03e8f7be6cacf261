export interface ListingRound {
  readonly objects: number;
  readonly ms: number;
  readonly cpuUs: number;
}

/**
 * Lists what the parent's message names and answers with a {@link ListingRound}; a failing listing ends the process.
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
