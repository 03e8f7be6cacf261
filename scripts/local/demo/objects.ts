import { isUtf8 } from 'node:buffer';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../../cli/errors.ts';
import { HOSTILE_KEYS } from '../hostile-keys.ts';

/** An object to be uploaded; its content is read or made only when it is needed. */
export interface DemoObject {
  readonly key: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Standard headers besides the content type, as the S3 client names them. */
  readonly headers?: Readonly<Record<string, string>>;
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

interface FolderContent {
  readonly objects: readonly DemoObject[];
  readonly skipped: readonly string[];
}

/** The files of a folder under their relative names. Throws UsageError when the folder cannot be read. */
export async function folderObjects(folder: string): Promise<FolderContent> {
  const objects: DemoObject[] = [];
  const skipped: string[] = [];
  for (const { name, kind } of await listFolder(folder)) {
    const key = name.toString('utf8').split(sep).join('/');
    const shown = JSON.stringify(key);
    if (kind === 'link') skipped.push(`${shown}: a symbolic link`);
    else if (kind === 'other') skipped.push(`${shown}: not a regular file`);
    else if (!isUtf8(name)) skipped.push(`${shown}: its name is not UTF-8`);
    else if (Buffer.byteLength(key) > 1024) skipped.push(`${shown}: its name is longer than 1024 bytes`);
    else
      objects.push({
        key,
        contentType: typeOf(key),
        metadata: { origin: 'folder' },
        read: () => readFile(join(folder, name.toString('utf8'))),
      });
  }
  return { objects, skipped };
}

type Listed = { readonly name: Buffer; readonly kind: 'file' | 'link' | 'other' };

/** Names as the bytes that the file system holds, since they need not be text. */
async function listFolder(folder: string): Promise<Listed[]> {
  const listed: Listed[] = [];
  const visit = async (inner: Buffer): Promise<void> => {
    const path = Buffer.concat([Buffer.from(`${folder}${sep}`), inner]);
    const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
    for (const entry of entries) {
      const own = entry.name as unknown as Buffer;
      const name = inner.length === 0 ? own : Buffer.concat([inner, Buffer.from(sep), own]);
      if (entry.isDirectory()) await visit(name);
      else listed.push({ name, kind: entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other' });
    }
  };
  try {
    await visit(Buffer.alloc(0));
  } catch (error) {
    throw new UsageError(`--folder ${folder} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  return listed.sort((a, b) => Buffer.compare(a.name, b.name));
}

/** The repository's own files: what git tracks, or all but the products of a build where there is no git. */
export async function repositoryObjects(root: string): Promise<DemoObject[]> {
  const skipped = /^(node_modules|dist|\.local|\.git|\.serverless|coverage)\//;
  const tracked = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 64 << 20 })
    .then(({ stdout }) => new Set(stdout.split('\0').filter(Boolean)))
    .catch(() => undefined);
  const objects = tracked ? trackedObjects(root, [...tracked]) : (await folderObjects(root)).objects;
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

export function hostileObjects(): DemoObject[] {
  return HOSTILE_KEYS.map((key, index) => ({
    key,
    contentType: 'text/plain; charset=utf-8',
    metadata: { origin: 'hostile-key', index: String(index) },
    headers: {
      CacheControl: 'max-age=60',
      ContentDisposition: `attachment; filename="object-${index}.txt"`,
      ContentEncoding: 'identity',
      ContentLanguage: 'zh-CN',
    },
    read: async () => Buffer.from(`object number ${index}: ${JSON.stringify(key)}\n`),
  }));
}

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
