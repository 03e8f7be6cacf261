import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './write-atomically.ts';

/** Values that survive a restart besides the services' own data: the tasks hold the keys, too. */
export interface Identity {
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly app_code: string;
  readonly sync_task_id?: string;
}

export async function readIdentity(dataDir: string): Promise<Identity> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'identity.json'), 'utf8')) as Identity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new Error(`${join(dataDir, 'identity.json')} is not readable: ${(error as Error).message}`);
  }
  const identity: Identity = {
    project_id: randomBytes(16).toString('hex'),
    access_key: randomBytes(10).toString('hex').toUpperCase(),
    secret_key: randomBytes(20).toString('hex'),
    app_code: randomBytes(16).toString('hex'),
  };
  await writeIdentity(dataDir, identity);
  return identity;
}

export async function writeIdentity(dataDir: string, identity: Identity): Promise<void> {
  await writeAtomically(join(dataDir, 'identity.json'), `${JSON.stringify(identity, null, 2)}\n`);
}
