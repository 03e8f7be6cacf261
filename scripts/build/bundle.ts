import { join } from 'node:path';
import { type BuildFailure, type BuildOptions, build, formatMessages, type Metafile } from 'esbuild';
import { CommandError } from './command-line.ts';
import { withEsbuild } from './esbuild-service.ts';
import { isStub, withoutStreaming } from './without-streaming.ts';

/**
 * How every function is bundled. FunctionGraph loads a function with `require()`, hence CommonJS.
 * No `keepNames` (4 to 12 % slower to load) and no `splitting` (a zod/mini bundle then shares a chunk with full
 * zod, and loads three times slower). `tsconfigRaw` keeps other tsconfig files out: same input, same bytes.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.15',
  minify: true,
  legalComments: 'none',
  charset: 'ascii',
  metafile: true,
  write: false,
  logLevel: 'silent',
  tsconfigRaw: { compilerOptions: { target: 'es2023', strict: true, verbatimModuleSyntax: true } },
} as const satisfies BuildOptions;

export interface Bundle {
  readonly code: Uint8Array;
  readonly metafile: Metafile;
  /** One text per warning, with file and line. */
  readonly warnings: readonly string[];
}

/**
 * Bundles one TypeScript or JavaScript file for Node.js.
 *
 * @param root folder that paths in the metafile are relative to
 * @param entry path below `root`
 * @param overrides options that differ from {@link BUNDLE_OPTIONS}
 * @throws CommandError with esbuild's messages, file and line included
 */
export function bundle(root: string, entry: string, overrides: BuildOptions = {}): Promise<Bundle> {
  return withEsbuild(() => runEsbuild(root, entry, overrides));
}

async function runEsbuild(root: string, entry: string, overrides: BuildOptions): Promise<Bundle> {
  try {
    const result = await build({
      ...BUNDLE_OPTIONS,
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(root, 'bundle.js'),
      plugins: [withoutStreaming],
      ...overrides,
      metafile: true,
      write: false,
    });
    const [output] = result.outputFiles;
    if (!output) throw new Error(`esbuild wrote nothing for ${entry}`);
    const warnings = await formatMessages(result.warnings, { kind: 'warning' });
    return { code: output.contents, metafile: result.metafile, warnings: warnings.map((text) => text.trim()) };
  } catch (error) {
    const failure = error as BuildFailure;
    if (!Array.isArray(failure.errors)) throw error;
    const messages = await formatMessages(failure.errors, { kind: 'error' });
    throw new CommandError(`${entry} does not build:\n${messages.map((text) => text.trim()).join('\n')}`);
  }
}

/** Bytes that each input contributes to a bundle, by path relative to the root. Inputs that were dropped count 0. */
export function bytesByInput({ inputs, outputs }: Metafile): Record<string, number> {
  const [output] = Object.values(outputs);
  const files = Object.keys(inputs).filter((path) => !isStub(path));
  const bytes = files.map((path) => [path, output?.inputs[path]?.bytesInOutput ?? 0] as const);
  return Object.fromEntries(bytes.sort(([a], [b]) => (a < b ? -1 : 1)));
}
