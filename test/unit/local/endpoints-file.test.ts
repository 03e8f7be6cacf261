import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CloudRunsError,
  endpointsContent,
  publishEndpoints,
  removeStale,
  withdrawEndpoints,
} from '../../../scripts/local/endpoints-file.ts';
import { processIdentity } from '../../../scripts/local/process-identity.ts';
import type { Endpoints } from '../../../scripts/local/stack.ts';

const endpoints = { gateway: 'http://127.0.0.1:8080', obs: 'http://127.0.0.1:8081' } as Endpoints;
/** Endpoints of another running process. */
const RUNNING = JSON.stringify({ ...endpoints, process: processIdentity(process.ppid) });
const STALE = {
  'of a process that is gone': JSON.stringify({ ...endpoints, process: '999999999 1' }),
  'of a number that another process has now': JSON.stringify({ ...endpoints, process: `${process.ppid} 1` }),
  'without a process': JSON.stringify(endpoints),
  'that is not finished': '{"gateway"',
};

describe('the endpoints file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-endpoints-'));
    file = join(folder, 'endpoints.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('names the process that wrote it, is its owner’s alone, and goes with it', async () => {
    const content = endpointsContent(endpoints);
    expect(await removeStale(file)).toBe(false);
    await publishEndpoints(file, content);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ...endpoints, process: processIdentity(process.pid) });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['endpoints.json']);
    await withdrawEndpoints(file, content);
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a local cloud that runs is neither replaced nor removed', async () => {
    await writeFile(file, RUNNING);
    const told = `a local cloud runs already: process ${process.ppid} at http://127.0.0.1:8080, by ${file}; stop it, or name another file with --endpoints`;
    await expect(removeStale(file)).rejects.toThrow(told);
    const content = endpointsContent(endpoints);
    await expect(publishEndpoints(file, content)).rejects.toThrow(CloudRunsError);
    await withdrawEndpoints(file, content);
    expect(await readFile(file, 'utf8')).toBe(RUNNING);
    expect(await readdir(folder)).toEqual(['endpoints.json']);
  });

  it.each(Object.entries(STALE))('%s is removed and replaced', async (_, text) => {
    await writeFile(file, text);
    expect(await removeStale(file)).toBe(true);
    await writeFile(file, text);
    const content = endpointsContent(endpoints);
    await publishEndpoints(file, content);
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});
