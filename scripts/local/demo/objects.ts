import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { HOSTILE_KEYS } from '../hostile-keys.ts';
import { UsageError } from '../options.ts';

/** An object to be uploaded; its content is read or made only when it is needed. */
export interface DemoObject {
  readonly key: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cacheControl?: string;
  read(): Promise<Uint8Array>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/typescript; charset=utf-8',
  '.yml': 'application/yaml',
};

const typeOf = (name: string): string => CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';

/**
 * The files of a folder under their relative names.
 *
 * @throws UsageError when the folder cannot be read
 */
export async function folderObjects(folder: string): Promise<DemoObject[]> {
  const files = await listFiles(folder);
  return files.map((file) => ({
    key: relative(folder, file).split(sep).join('/'),
    contentType: typeOf(file),
    metadata: { origin: 'folder' },
    read: () => readFile(file),
  }));
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new UsageError(`--folder ${folder} is not a folder`);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--folder ${folder} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The repository's own files: what git tracks, or all but the products of a build where there is no git. */
export async function repositoryObjects(root: string): Promise<DemoObject[]> {
  const skipped = /^(node_modules|dist|\.local|\.git|\.serverless|coverage)\//;
  const tracked = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 64 << 20 })
    .then(({ stdout }) => new Set(stdout.split('\0').filter(Boolean)))
    .catch(() => undefined);
  const objects = tracked ? trackedObjects(root, [...tracked]) : await folderObjects(root);
  return objects.filter(({ key }) => !skipped.test(key));
}

function trackedObjects(root: string, names: readonly string[]): DemoObject[] {
  return names.map((name) => ({
    key: name,
    contentType: typeOf(name),
    metadata: { origin: 'repository' },
    // A file that is tracked but was deleted from the work tree is uploaded empty.
    read: () => readFile(join(root, name)).catch(() => new Uint8Array()),
  }));
}

/** One small object for every hostile key. */
export function hostileObjects(): DemoObject[] {
  return HOSTILE_KEYS.map((key, index) => ({
    key,
    contentType: 'text/plain; charset=utf-8',
    metadata: { origin: 'hostile-key', index: String(index) },
    cacheControl: 'max-age=60',
    read: async () => Buffer.from(`object number ${index}: ${JSON.stringify(key)}\n`),
  }));
}

/** `count` objects of 0 to 4 KiB whose content follows from their number. */
export function generatedObjects(count: number): DemoObject[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `generated/${String(index % 100).padStart(2, '0')}/object ${index}+.bin`,
    contentType: 'application/octet-stream',
    metadata: { origin: 'generated' },
    read: async () => {
      const seed = createHash('sha256').update(String(index)).digest();
      const size = seed.readUInt16BE(0) % 4097;
      return Buffer.alloc(size, seed);
    },
  }));
}
