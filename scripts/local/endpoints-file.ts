import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../serverless/config.ts';
import { UsageError } from './options.ts';
import type { Endpoints } from './stack.ts';

/** Where a running local cloud says what it has. */
export const ENDPOINTS_FILE = join(ROOT, '.local', 'endpoints.json');

/** There is no such file: no local cloud runs, most likely. */
export class NoEndpointsError extends UsageError {}

/**
 * What a local cloud has written about itself.
 *
 * @throws UsageError where the file cannot be read or is another one; NoEndpointsError where there is none
 */
export async function readEndpoints(file: string): Promise<Endpoints> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new NoEndpointsError(`${file} does not exist: npm start writes it when it is ready`);
    throw new UsageError(`${file} cannot be read: ${message}`);
  }
  try {
    const value = JSON.parse(text) as Endpoints;
    if (typeof value.obs === 'string' && typeof value.oms === 'string') return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file} is not the file of a local cloud`);
}

/** What the local cloud that runs has written; undefined where none runs. */
export async function findEndpoints(): Promise<Endpoints | undefined> {
  return readEndpoints(ENDPOINTS_FILE).catch((error: unknown) => {
    if (error instanceof NoEndpointsError) return undefined;
    throw error;
  });
}
