import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyzeMetafile, type Metafile } from 'esbuild';
import { checkBundles, formatReport } from '../checks/check-bundle.ts';
import { formatInteger, formatTable } from '../cli/table.ts';
import { ROOT } from '../serverless/config.ts';
import { bundle, bytesByInput } from './bundle.ts';
import { CommandError, parseCommand, runCommand, UsageError } from './command-line.ts';
import { type DeclaredFunction, declaredFunctions } from './declared.ts';
import { withEsbuild } from './esbuild-service.ts';
import { sweepOutputs, writeAtomically } from './files.ts';
import {
  inputsHash,
  type Manifest,
  type ManifestEntry,
  readManifest,
  sha256,
  toolchainHash,
  writeManifest,
} from './manifest.ts';
import { deterministicZip } from './zip.ts';

export interface BuildOptions {
  /** The project's folder, with functions/ and serverless.yml; default: this repository. */
  readonly root?: string;
  /** Where results go; default: dist below `root`. */
  readonly outDir?: string;
  /** Names of the functions to build; default: all. The outputs of the others stay as they are. */
  readonly only?: readonly string[];
}

export interface BuildResult {
  readonly name: string;
  /** Absolute paths. */
  readonly bundleFile: string;
  readonly zipFile: string;
  readonly bundleBytes: number;
  readonly zipBytes: number;
  /** SHA-256 of the zip, hexadecimal. */
  readonly zipSha256: string;
  /** Milliseconds; 0 for what was up to date. */
  readonly ms: number;
  /** False for what was up to date. */
  readonly built: boolean;
  readonly warnings: readonly string[];
  /** Contents of the bundle; absent for an up-to-date one. */
  readonly metafile?: Metafile;
}

/**
 * Builds one CommonJS bundle and one zip per function: `<outDir>/<name>/index.js`, `<outDir>/<name>.zip`,
 * `<outDir>/manifest.json`. The same sources give the same bytes. Removes the outputs of functions that are gone.
 *
 * @returns one result per function built, sorted by name
 * @throws CommandError when serverless.yml and functions/ disagree, or when functions do not compile (all are named)
 */
export async function buildAll(options: BuildOptions = {}): Promise<BuildResult[]> {
  return run(options, async () => false);
}

/**
 * Builds the functions whose inputs, build options or outputs changed since their last build. Contents are
 * compared, not times, so a fresh clone or a switched branch is judged correctly.
 *
 * @returns one result per function; `built` tells which were built
 * @throws CommandError as {@link buildAll}
 */
export async function buildIfStale(options: BuildOptions = {}): Promise<BuildResult[]> {
  return run(options, isFresh);
}

type IsFresh = (context: Context, fn: DeclaredFunction) => Promise<boolean>;

interface Context {
  readonly root: string;
  readonly outDir: string;
  readonly toolchain: string;
  readonly previous: Manifest | undefined;
}

async function run(options: BuildOptions, isUpToDate: IsFresh): Promise<BuildResult[]> {
  const { root = ROOT, outDir = join(root, 'dist'), only } = options;
  const functions = await declaredFunctions(root);
  const unknown = (only ?? []).filter((name) => !functions.some((fn) => fn.name === name));
  if (unknown.length > 0)
    throw new CommandError(`no function ${unknown.join(', ')}; there are ${functions.map((fn) => fn.name).join(', ')}`);

  const [toolchain, previous] = await Promise.all([toolchainHash(root), readManifest(outDir)]);
  const context: Context = { root, outDir, toolchain, previous };
  const wanted = only ? functions.filter((fn) => only.includes(fn.name)) : functions;
  const names = functions.map((fn) => fn.name);
  // CommonJS in a .js file fails below a package.json that says "type": "module", as this repository's does.
  await writeAtomically(join(outDir, 'package.json'), '{"type":"commonjs"}\n');
  await sweepOutputs(outDir, names);

  const settled = await withEsbuild(() =>
    Promise.allSettled(
      wanted.map(async (fn) => ((await isUpToDate(context, fn)) ? upToDate(context, fn) : buildOne(context, fn))),
    ),
  );
  const failures = settled.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as Error);
  const built = settled.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);

  const kept = Object.entries(previous?.toolchain === toolchain ? previous.functions : {});
  const entries = [...kept, ...built.map(({ result, entry }) => [result.name, entry] as const)];
  await writeManifest(outDir, {
    toolchain,
    functions: Object.fromEntries(entries.filter(([name]) => names.includes(name))),
  });
  if (failures.length === 0) return built.map(({ result }) => result);
  const unexpected = failures.find((error) => !(error instanceof CommandError));
  throw unexpected ?? new CommandError(failures.map(({ message }) => message).join('\n'));
}

interface Built {
  readonly result: BuildResult;
  readonly entry: ManifestEntry;
}

async function buildOne({ root, outDir }: Context, fn: DeclaredFunction): Promise<Built> {
  const start = performance.now();
  const startedAt = Date.now();
  const { bundleFile, zipFile } = outputsOf(outDir, fn.name);
  const { code, metafile, warnings } = await bundle(root, `functions/${fn.name}/index.ts`, { outfile: bundleFile });
  const zip = deterministicZip({ 'index.js': code });
  await Promise.all([writeAtomically(bundleFile, code), writeAtomically(zipFile, zip)]);
  const inputs = bytesByInput(metafile);
  const entry: ManifestEntry = {
    handler: fn.handler,
    ...(fn.initializer ? { initializer: fn.initializer } : {}),
    bundleBytes: code.byteLength,
    zipBytes: zip.byteLength,
    bundleSha256: sha256(code),
    zipSha256: sha256(zip),
    inputsSha256: await inputsHash(root, Object.keys(inputs), startedAt),
    inputs,
  };
  const ms = performance.now() - start;
  return { entry, result: { ...resultOf(outDir, fn.name, entry), ms, built: true, warnings, metafile } };
}

async function isFresh({ root, outDir, toolchain, previous }: Context, fn: DeclaredFunction): Promise<boolean> {
  const entry = previous?.functions[fn.name];
  if (!entry?.inputsSha256 || previous?.toolchain !== toolchain) return false;
  if (entry.handler !== fn.handler || entry.initializer !== fn.initializer) return false;
  const { bundleFile, zipFile } = outputsOf(outDir, fn.name);
  const hashOf = (file: string): Promise<string> => readFile(file).then(sha256, () => '');
  const [bundleSha256, zipSha256, inputsSha256] = await Promise.all([
    hashOf(bundleFile),
    hashOf(zipFile),
    inputsHash(root, Object.keys(entry.inputs)),
  ]);
  return bundleSha256 === entry.bundleSha256 && zipSha256 === entry.zipSha256 && inputsSha256 === entry.inputsSha256;
}

function upToDate({ outDir, previous }: Context, fn: DeclaredFunction): Built {
  const entry = previous?.functions[fn.name];
  if (!entry) throw new Error(`${fn.name} was never built`);
  return { entry, result: { ...resultOf(outDir, fn.name, entry), ms: 0, built: false, warnings: [] } };
}

function resultOf(outDir: string, name: string, { bundleBytes, zipBytes, zipSha256 }: ManifestEntry) {
  return { name, ...outputsOf(outDir, name), bundleBytes, zipBytes, zipSha256 };
}

function outputsOf(outDir: string, name: string): { readonly bundleFile: string; readonly zipFile: string } {
  return { bundleFile: join(outDir, name, 'index.js'), zipFile: join(outDir, `${name}.zip`) };
}

const HELP = `npm run build [-- FLAGS]
Bundles and zips every function of functions/ into dist/, then checks the zips against the platform's rules.

  --only NAME  build this function only; may be repeated
  --analyze    list what is in each bundle
  --help       this text`;

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(
    { help: HELP, options: { only: { type: 'string', multiple: true }, analyze: { type: 'boolean' } } },
    argv,
  );
  if (!command) return 0;
  const { only, analyze } = command.values;
  if (only?.some((name) => name === '')) throw new UsageError('--only takes the name of a function');
  const start = performance.now();
  const results = await buildAll(only ? { only } : {});
  const row = (result: BuildResult): string[] => [
    result.name,
    formatInteger(result.bundleBytes),
    formatInteger(result.zipBytes),
    formatInteger(result.ms),
  ];
  console.log(formatTable([['function', 'bundle bytes', 'zip bytes', 'ms'], ...results.map(row)]));
  console.log(`${results.length} built in ${formatInteger(performance.now() - start)} ms`);
  for (const { warnings } of results) for (const warning of warnings) console.warn(warning);
  if (analyze)
    for (const { metafile } of results) if (metafile) console.log((await analyzeMetafile(metafile)).trimEnd());
  const reports = await checkBundles(only ? { only } : {});
  console.log(formatReport(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void runCommand(() => main(process.argv.slice(2)));
