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

  it('finishes what waits before it is drained, too', async () => {
    const { pool, run } = await poolOf(SLOW, { maxInstances: 1, maxWaiting: 1 });
    const both = [run({ wait: 50 }), run({ wait: 0 }, true)];

    await pool.drain();

    expect((await Promise.all(both)).map(({ execution }) => execution.outcome)).toEqual(['success', 'success']);
  });

  it('turns away what waits when it is closed, and whatever comes then', async () => {
    const { pool, run } = await poolOf(SLOW, { maxInstances: 1, maxWaiting: 1 });
    await run({ wait: 0 });
    const running = run({ wait: 4000 });
    const others = Promise.allSettled([run(), run({}, true)]);
    await new Promise(setImmediate);

    await pool.close();

    expect(await running).toMatchObject({ execution: { outcome: 'crash' } });
    expect(await others).toMatchObject([
      { status: 'rejected', reason: { name: 'ClosedError' } },
      { status: 'rejected', reason: { name: 'ClosedError' } },
    ]);
    await expect(run()).rejects.toMatchObject({ name: 'ClosedError' });
  });

  it('starts nothing any more when it is closed', async () => {
    const { pool, run } = await poolOf(SLOW);
    // The one has not chosen its instance yet, the instance of the other is being started.
    const early = run({ wait: 4000 });
    const first = pool.close();
    await expect(early).rejects.toMatchObject({ name: 'ClosedError' });
    await first;

    const { pool: other, run: runOther } = await poolOf(SLOW);
    const starting = runOther({ wait: 4000 });
    await new Promise(setImmediate);
    await other.close();
    expect(await starting).toMatchObject({ execution: { outcome: 'crash' } });
    await expect.poll(() => other.size, { timeout: 10_000 }).toBe(0);
  });

  it('without a place lets the patient wait until it is drained', async () => {
    const { pool, run } = await poolOf(SLOW, { maxInstances: 0 });
    await expect(run()).rejects.toMatchObject({ name: 'ThrottledError' });
    const waiting = run({}, true);
    const outcome = expect(waiting).rejects.toMatchObject({ name: 'RetiredError' });

    await pool.drain();

    await outcome;
    await expect(run({}, true)).rejects.toMatchObject({ name: 'RetiredError' });
  });
});
