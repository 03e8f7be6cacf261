import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderInUseError, lockFolder } from '../../../scripts/local/lock.ts';

describe('lockFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes a folder that does not exist yet, and leaves no file after release', async () => {
    const inner = join(folder, 'new');
    const release = await lockFolder(inner);
    expect(await readdir(inner)).toEqual(['.gitignore', 'lock']);
    await release();
    expect(await readdir(inner)).toEqual(['.gitignore']);
  });

  it('keeps the folder, which holds keys, out of a repository around it', async () => {
    const release = await lockFolder(folder);
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
    await release();
  });

  it('names the flag when the folder is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(lockFolder(file)).rejects.toThrow(/file cannot be used as a folder \(EEXIST\).*--data/);
  });

  it('refuses a folder whose owner is alive, naming folder and process', async () => {
    await writeFile(join(folder, 'lock'), String(process.ppid));
    const attempt = lockFolder(folder);
    await expect(attempt).rejects.toThrow(FolderInUseError);
    await expect(attempt).rejects.toThrow(`${folder} is in use by process ${process.ppid}`);
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'takes over the lock of a process whose number was given out again',
    async () => {
      await writeFile(join(folder, 'lock'), `${process.ppid} 1`);
      await (await lockFolder(folder))();
    },
  );

  it('takes over the lock of a process that is gone', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    await writeFile(join(folder, 'lock'), String(gone));
    const release = await lockFolder(folder);
    await release();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});
