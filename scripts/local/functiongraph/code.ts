import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Unzipped, unzipSync } from 'fflate';
import { LIMITS } from './limits.ts';

/** Unpacks a function's zip into a new folder. Throws Error for a zip that `checkZip` refuses. */
export async function unpackCode(dataDir: string, key: string, zip: Uint8Array): Promise<string> {
  const files = unzip(zip);
  const root = codeFolder(dataDir, key);
  await mkdir(root, { recursive: true });
  // A package.json above the code keeps an ESM project around the data folder from turning index.js into a module; one
  // of the zip itself still wins, as on the platform.
  await writeFile(join(root, 'package.json'), '{"type":"commonjs"}\n');
  const folder = await mkdtemp(join(root, `${createHash('sha256').update(zip).digest('hex').slice(0, 12)}-`));
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  // Stack traces show real paths.
  return realpath(folder);
}

/** Throws Error when the zip is damaged, too large, or holds a path that leaves its folder; writes nothing. */
export function checkZip(zip: Uint8Array): void {
  unzip(zip);
}

export async function removeAllCode(dataDir: string): Promise<void> {
  await rm(join(dataDir, 'code'), { recursive: true, force: true });
}

function unzip(zip: Uint8Array): Unzipped {
  let size = 0;
  return unzipSync(zip, {
    filter: ({ name, originalSize }) => {
      if (name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')) {
        throw new Error(`the zip holds the path ${JSON.stringify(name)}, which leaves its folder`);
      }
      size += originalSize;
      if (size > LIMITS.unzippedBytes) throw new Error('the zip unpacks to more than 1500 MB');
      return !name.endsWith('/');
    },
  });
}

function codeFolder(dataDir: string, key: string): string {
  return join(dataDir, 'code', key);
}
