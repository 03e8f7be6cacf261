import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { version as esbuildVersion } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle.ts';
import { writeAtomically } from './files.ts';
import { STREAMING_STUB } from './without-streaming.ts';
import { ZIP_OPTIONS } from './zip.ts';

/** The entry of dist/manifest.json for one function. */
export interface ManifestEntry {
  /** Export names, as serverless.yml declares them. */
  readonly handler: string;
  readonly initializer?: string;
  readonly bundleBytes: number;
  readonly zipBytes: number;
  /** SHA-256, hexadecimal. */
  readonly bundleSha256: string;
  readonly zipSha256: string;
  /** SHA-256 over the names and contents of `inputs`; empty when one of them changed during the build. */
  readonly inputsSha256: string;
  /** Bytes that each input file contributes to the bundle. */
  readonly inputs: Readonly<Record<string, number>>;
}

export interface Manifest {
  /** SHA-256 over everything besides the inputs that decides what a build writes. */
  readonly toolchain: string;
  readonly functions: Readonly<Record<string, ManifestEntry>>;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Hash of what decides a build's result besides its inputs: options, versions of the tools, and the project's
 * package.json, whose `imports` resolve `#shared/…`.
 */
export async function toolchainHash(root: string): Promise<string> {
  const { version: fflateVersion } = createRequire(import.meta.url)('fflate/package.json') as { version: string };
  const project = await readFile(join(root, 'package.json'), 'utf8').catch(() => '{}');
  const { imports, dependencies } = JSON.parse(project) as Record<string, unknown>;
  const versions = { esbuild: esbuildVersion, fflate: fflateVersion };
  return sha256(JSON.stringify({ BUNDLE_OPTIONS, STREAMING_STUB, ZIP_OPTIONS, versions, imports, dependencies }));
}

/**
 * Hash of input files.
 *
 * @param paths relative to `root`, in any order
 * @param unchangedSince milliseconds since the epoch; a file modified at or after it makes the hash meaningless
 * @returns the hash, or an empty string when a file is missing or was modified since
 */
export async function inputsHash(
  root: string,
  paths: readonly string[],
  unchangedSince = Number.POSITIVE_INFINITY,
): Promise<string> {
  const hash = createHash('sha256');
  const contents = paths.toSorted().map(async (path) => {
    const file = join(root, path);
    const [content, { mtimeMs }] = await Promise.all([readFile(file), stat(file)]);
    if (mtimeMs >= unchangedSince) throw new Error(`${path} changed during the build`);
    return `${path}\0${sha256(content)}\n`;
  });
  try {
    for (const line of await Promise.all(contents)) hash.update(line);
  } catch {
    return '';
  }
  return hash.digest('hex');
}

/** The manifest of an output folder; undefined when there is none or it is not readable. */
export async function readManifest(outDir: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')) as Partial<Manifest>;
    return typeof manifest.toolchain === 'string' && manifest.functions ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeManifest(outDir: string, manifest: Manifest): Promise<void> {
  const functions = Object.fromEntries(Object.entries(manifest.functions).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeAtomically(join(outDir, 'manifest.json'), `${JSON.stringify({ ...manifest, functions }, null, 2)}\n`);
}
