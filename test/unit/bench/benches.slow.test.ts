import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coldStart } from '../../../scripts/bench/cold-start.ts';
import { firstResponse } from '../../../scripts/bench/first-response.ts';
import { untilReportMs, wholeProcessMs } from '../../../scripts/bench/fresh-process.ts';
import { interleavedRounds } from '../../../scripts/bench/rounds.ts';
import { submitThroughput } from '../../../scripts/bench/submit-throughput.ts';
import { withWorkspace } from '../../../scripts/bench/workspace.ts';

const QUICK = { quick: true, progress: () => {} };

describe('a fresh process', () => {
  const program = (code: string, run: (file: string) => void): Promise<void> =>
    withWorkspace(async ({ folder }) => {
      const file = join(folder, 'program.js');
      await writeFile(file, code);
      run(file);
    });

  it('inherits nothing of the environment', () =>
    program(`if (process.env.PATH || process.env.NODE_EXTRA_CA_CERTS) process.exit(3);`, (file) => {
      expect(wholeProcessMs({ file })).toBeGreaterThan(0);
    }));

  it('is timed until it reports, not until it ends', () =>
    program(
      `require('fs').writeSync(1, String(process.hrtime.bigint())); const end = Date.now() + 400; while (Date.now() < end);`,
      (file) => {
        const start = performance.now();
        const ms = untilReportMs({ file });
        expect(performance.now() - start - ms).toBeGreaterThan(350);
      },
    ));

  it('fails with what it printed', () =>
    program(`console.error('out of luck'); process.exit(3);`, (file) => {
      expect(() => wholeProcessMs({ file })).toThrow(/exit code 3.*out of luck/);
    }));

  it('fails when it reports no time', () =>
    program(`console.log('hello');`, (file) => {
      expect(() => untilReportMs({ file })).toThrow('reported no time: hello');
    }));
});

it('pairs samples by round and does not count the first', async () => {
  let calls = 0;
  const samples = await interleavedRounds({ a: () => calls++, b: async () => calls++ }, 3);

  expect([samples.a.length, samples.b.length]).toEqual([3, 3]);
  expect([...samples.a, ...samples.b].sort()).toEqual([2, 3, 4, 5, 6, 7]);
  for (const [round, a] of samples.a.entries()) expect(Math.abs(a - (samples.b[round] ?? 0))).toBe(1);
});

it('measures the cold start of every function given, and of the stack alone', async () => {
  await withWorkspace(async (workspace) => {
    const empty = await workspace.bundle('empty');
    const measurements = await coldStart(QUICK, { empty, redrive: empty });

    expect(measurements.map(({ measure, target }) => [measure, target])).toEqual([
      ['empty', { atMost: 1.55 }],
      ['redrive', undefined],
      ['stack alone (zod/mini, middy, signer)', undefined],
    ]);
    for (const { ratio } of measurements) expect(ratio).toBeGreaterThan(0);
  });
});

it('measures the first signed response over HTTP and HTTPS', async () => {
  const measurements = await firstResponse(QUICK);

  expect(measurements.map(({ target }) => target)).toEqual([{ atLeast: 3 }, { atLeast: 2.3 }, undefined]);
  for (const { ratio } of measurements) expect(ratio).toBeGreaterThan(1);
});

it('measures sustained submission and the CPU that a call takes', async () => {
  const measurements = await submitThroughput(QUICK);

  expect(measurements.map(({ target }) => target)).toEqual([{ atLeast: 0.6 }, undefined]);
  for (const { ratio } of measurements) expect(ratio).toBeGreaterThan(0);
});
