import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, processIdentity } from './process-identity.ts';

export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

class FolderUnusableError extends Error {
  override readonly name = 'FolderUnusableError';
}

/** The folder holds keys: inside a repository it must not be one `git add` away from being published. */
async function hideFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST')
      throw new FolderUnusableError(`${folder} cannot be written (${error.code}); choose another one (--data)`, {
        cause: error,
      });
  });
}

/**
 * Takes a folder for this process alone, also that of a process that is gone; returns what releases it.
 * @throws FolderInUseError naming the folder and the process
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FolderUnusableError(`${folder} cannot be used as a folder (${code}); choose another one (--data)`, {
      cause: error,
    });
  }
  await hideFromGit(folder);
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
