export interface SubmitRound {
  readonly requests: number;
  readonly ms: number;
  readonly cpuUs: number;
}

const CONCURRENCY = 16;

/** Calls `submit` from 16 loops for the milliseconds of the parent's message; a failing call ends the process. */
export function serveRounds(submit: (call: number) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (ms: number) => {
    const start = performance.now();
    const cpu = process.cpuUsage();
    let requests = 0;
    const loop = async (): Promise<void> => {
      while (performance.now() - start < ms) await submit(requests++);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, loop));
    const { user, system } = process.cpuUsage(cpu);
    process.send?.({ requests, ms: performance.now() - start, cpuUs: user + system } satisfies SubmitRound);
  });
}
