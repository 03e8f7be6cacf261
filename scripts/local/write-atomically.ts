import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file that is readable by its owner only, and never half: the old content or the new. */
export async function writeAtomically(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
