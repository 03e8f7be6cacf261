import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bench, Measurement } from './measurement.ts';

const PROGRAM = fileURLToPath(new URL('./listing.ts', import.meta.url));

/** Milliseconds that a page of 1000 keys may take in a bucket of 100,000. */
const PAGE_MS = 20;

const PAGE = /^(?<label>page of 1000.*?)\s+median (?<median>[\d.]+) ms, p95 (?<p95>[\d.]+) ms/;

/**
 * What a line of listing.ts says about pages of 1000 keys; undefined for its other lines.
 *
 * The ratio is the median's share of the time that a page may take.
 */
export function readPageLine(line: string): Measurement | undefined {
  const { label, median, p95 } = PAGE.exec(line)?.groups ?? {};
  if (!label || !median || !p95) return undefined;
  return {
    measure: label,
    value: `${median} ms, p95 ${p95} ms`,
    baseline: `${PAGE_MS} ms`,
    ratio: Number(median) / PAGE_MS,
    target: { atMost: 1 },
  };
}

export const listing: Bench = async ({ quick, progress }) => {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, quick ? '2000' : '100000'], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const measurements: Measurement[] = [];
  for await (const line of createInterface(child.stdout)) {
    progress(line.replace(/\s+/g, ' '));
    const measurement = readPageLine(line);
    if (measurement) measurements.push(measurement);
  }
  const [code] = await exited;
  if (code !== 0 || measurements.length === 0) throw new Error(`${PROGRAM} failed (exit code ${code})`);
  return measurements;
};
