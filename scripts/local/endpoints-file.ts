import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../cli/errors.ts';
import { ROOT } from '../serverless/config.ts';
import { isRunning, processIdentity } from './process-identity.ts';
import type { Endpoints } from './stack.ts';

export const ENDPOINTS_FILE = join(ROOT, '.local', 'endpoints.json');

export interface EndpointsFile extends Endpoints {
  /** Identity of the process that wrote it. */
  readonly process?: string;
}

/** Another local cloud runs, and the file is its. */
export class CloudRunsError extends Error {
  override readonly name = 'CloudRunsError';

  constructor(file: string, { gateway, process: owner = '' }: EndpointsFile) {
    super(
      `a local cloud runs already: process ${owner.split(' ')[0]} at ${gateway}, by ${file}; stop it, or name another file with --endpoints`,
    );
  }
}

class NoEndpointsError extends UsageError {}

/**
 * Reads what a local cloud has written about itself.
 * @throws UsageError where the file cannot be read or is another one; NoEndpointsError where there is none
 */
export async function readEndpoints(file: string): Promise<EndpointsFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new NoEndpointsError(`${file} does not exist: npm start writes it when it is ready`);
    throw new UsageError(`${file} cannot be read: ${message}`);
  }
  try {
    const value = JSON.parse(text) as EndpointsFile;
    if (typeof value.obs === 'string' && typeof value.oms === 'string') return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file} is not the file of a local cloud`);
}

export async function findEndpoints(): Promise<EndpointsFile | undefined> {
  return readEndpoints(ENDPOINTS_FILE).catch((error: unknown) => {
    if (error instanceof NoEndpointsError) return undefined;
    throw error;
  });
}

export function endpointsContent(endpoints: Endpoints): string {
  const content: EndpointsFile = { ...endpoints, process: processIdentity(process.pid) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Removes a file that a killed local cloud left behind, and says whether there was one. Throws CloudRunsError. */
export async function removeStale(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const owner = ownerOf(text);
  if (owner !== undefined && isRunning(owner.process)) throw new CloudRunsError(file, owner);
  await rm(file, { force: true });
  return true;
}

function ownerOf(text: string): (EndpointsFile & { readonly process: string }) | undefined {
  try {
    const value = JSON.parse(text) as EndpointsFile | null;
    if (typeof value?.process === 'string') return { ...value, process: value.process };
  } catch {
    // No file of a local cloud, or one that nobody finished.
  }
  return undefined;
}

/**
 * Writes the file, readable by its owner only. Never over that of another one that runs, though it became ready at the
 * same moment: linking a finished file is atomic. Throws CloudRunsError.
 */
export async function publishEndpoints(file: string, content: string): Promise<void> {
  const own = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(own, content, { mode: 0o600 });
    for (;;) {
      try {
        return await link(own, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        await removeStale(file);
      }
    }
  } finally {
    await rm(own, { force: true });
  }
}

export async function withdrawEndpoints(file: string, content: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === content) await rm(file, { force: true });
}
