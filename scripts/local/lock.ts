import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, processIdentity } from './process-identity.ts';

/** The folder is in use by another running process. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/**
 * Takes a folder for this process alone, creating it where needed. The lock of a process that is gone is taken over.
 *
 * @returns releases the lock
 * @throws FolderInUseError naming the folder and the process
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    // Linking a finished file is atomic: nobody can read a lock that does not name its owner yet.
    const own = `${file}.${process.pid}`;
    try {
      await writeFile(own, processIdentity(process.pid));
      await link(own, file);
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(own, { force: true });
    }
    const owner = await readFile(file, 'utf8').catch(() => '');
    if (isRunning(owner))
      throw new FolderInUseError(
        `${folder} is in use by process ${owner.split(' ')[0]}; stop it or choose another folder (--data)`,
      );
    await rm(file, { force: true });
  }
  throw new FolderInUseError(`${folder} is being taken by another process; choose another folder (--data)`);
}
