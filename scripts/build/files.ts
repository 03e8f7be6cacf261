import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TEMPORARY = /\.(\d+)\.[0-9a-f-]{36}\.tmp$/;

/** Writes a file that is never half: readers see the old content or the new. Creates its folder. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Removes what the output folder should not hold: temporary files of builds that were killed, and the outputs of
 * functions that are gone. Files that no build wrote are left alone.
 *
 * @param outDir the output folder; may be missing
 * @param names the functions that exist
 * @returns the names of the functions whose outputs were removed, sorted
 */
export async function sweepOutputs(outDir: string, names: readonly string[]): Promise<string[]> {
  const known = new Set(names);
  const gone = new Set<string>();
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => []);
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(outDir, entry.name);
      if (entry.isDirectory()) {
        if (known.has(entry.name)) return removeTemporaries(path, await readdir(path));
        if (!(await stat(join(path, 'index.js')).catch(() => undefined))) return;
        gone.add(entry.name);
        await rm(path, { recursive: true, force: true });
      } else if (entry.name.endsWith('.zip') && !known.has(entry.name.slice(0, -4))) {
        gone.add(entry.name.slice(0, -4));
        await rm(path, { force: true });
      } else {
        await removeTemporaries(outDir, [entry.name]);
      }
    }),
  );
  return [...gone].sort();
}

/** A temporary file whose process still runs belongs to a build under way. */
async function removeTemporaries(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const owner = TEMPORARY.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
