import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unpackCode } from '../../../../scripts/local/functiongraph/code.ts';
import { Pool } from '../../../../scripts/local/functiongraph/pool.ts';
import { bundleWorker } from '../../../../scripts/local/functiongraph/worker-bundle.ts';

const NONE = { securityAccessKey: '', securitySecretKey: '', securityToken: '' };

async function poolOf(code: string, options: { maxInstances?: number; maxWaiting?: number; now?: () => number } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'pool-'));
  const codeRoot = await unpackCode(dataDir, 'f', zipSync({ 'index.js': strToU8(code) }));
  const pool = new Pool({
    instance: {
      worker: await bundleWorker(dataDir),
      load: {
        type: 'load',
        codeRoot,
        handler: 'index.handler',
        userData: {},
        responseBytes: 1000,
        logLineBytes: 1000,
      },
      env: { PATH: process.env['PATH'] ?? '' },
      memory: 128,
      credentials: () => NONE,
      initializerTimeout: 1000,
      log: () => {},
    },
    maxInstances: options.maxInstances ?? 2,
    maxWaiting: options.maxWaiting ?? 0,
    idleInstance: 60_000,
    now: options.now ?? (() => 0),
  });
  onTestFinished(async () => {
    await pool.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  let id = 0;
  const run = (event: unknown = {}, patient = false) =>
    pool.run({ requestId: String(++id), traceId: '', event: JSON.stringify(event), timeout: 5000 }, patient);
  return { pool, run };
}

const SLOW = `exports.handler = (e, c) => new Promise((r) => setTimeout(r, e.wait ?? 50, process.pid))`;

describe('Pool', () => {
  it('gives each instance one request at a time and reuses what is free', async () => {
    const { pool, run } = await poolOf(SLOW);

    const both = await Promise.all([run(), run()]);
    const third = await run();

    const pids = both.map(({ execution }) => ('payload' in execution ? execution.payload : ''));
    expect(new Set(pids).size).toBe(2);
    expect(pids).toContain('payload' in third.execution ? third.execution.payload : undefined);
    expect([third.cold, pool.size]).toEqual([false, 2]);
  });

  it('throttles what is beyond its instances, lets some wait, and the patient always', async () => {
    const { run } = await poolOf(SLOW, { maxInstances: 1, maxWaiting: 1 });

    const outcomes = await Promise.allSettled([run(), run(), run(), run({}, true)]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('retires instances after their idle time', async () => {
    let now = 0;
    const { pool, run } = await poolOf(SLOW, { now: () => now });
    await Promise.all([run(), run()]);
    now = 30_000;
    await run();

    now = 60_000;
    pool.retireIdle();
    await expect.poll(() => pool.size).toBe(1);
    expect((await run()).cold).toBe(false);
    now = 120_000;
    pool.retireIdle();
    await expect.poll(() => pool.size).toBe(0);

    expect((await run()).cold).toBe(true);
  });

  it('finishes what runs before it is drained', async () => {
    const { pool, run } = await poolOf(SLOW);
    const running = run({ wait: 100 });

    await pool.drain();

    expect((await running).execution.outcome).toBe('success');
    expect(pool.size).toBe(0);
  });
});
