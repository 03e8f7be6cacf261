import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { LIMITS } from './limits.ts';

/**
 * Unpacks a function's zip into a folder of its own, named by the zip's content.
 *
 * @returns the folder
 * @throws Error when the zip is damaged, too large, or holds a path that leaves its folder
 */
export async function unpackCode(dataDir: string, key: string, zip: Uint8Array): Promise<string> {
  const digest = createHash('sha256').update(zip).digest('hex').slice(0, 16);
  const root = join(dataDir, 'code', key);
  const folder = join(root, digest);
  if (await exists(folder)) return folder;

  let size = 0;
  const files = unzipSync(zip, {
    filter: ({ name, originalSize }) => {
      if (name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')) {
        throw new Error(`The zip of ${key} holds the path ${JSON.stringify(name)}, which leaves its folder`);
      }
      size += originalSize;
      if (size > LIMITS.unzippedBytes) throw new Error(`The zip of ${key} unpacks to more than 1500 MB`);
      return !name.endsWith('/');
    },
  });
  const temporary = `${folder}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = join(temporary, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  // Above the code, so that a data folder inside an ESM project does not turn index.js into a module; a package.json
  // of the zip itself still wins, as on the platform.
  await writeFile(join(root, 'package.json'), '{"type":"commonjs"}\n');
  await rename(temporary, folder);
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
