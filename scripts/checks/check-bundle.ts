import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { CommandError, parseCommand, runCommand } from '../build/command-line.ts';
import { type DeclaredFunction, declaredFunctions } from '../build/declared.ts';
import { type ManifestEntry, readManifest, sha256 } from '../build/manifest.ts';
import { formatInteger } from '../cli/table.ts';
import { ROOT } from '../serverless/config.ts';
import { checkInputs } from './bundle/inputs.ts';
import { probe } from './bundle/probe.ts';
import { checkText } from './bundle/static.ts';
import type { Violation } from './bundle/violation.ts';

/** Most bytes that the minified bundle of an HTTP function may have: its callers wait for the cold start. */
export const HTTP_BUNDLE_BYTES = 120 * 1024;
/** The same for one that reads buckets as well, which people ask and no client's good path. */
const READER_BUNDLE_BYTES = 200 * 1024;
const OBJECT_STORE = 'shared/objectstore/client.ts';

export interface CheckOptions {
  /** The project's folder; default: this repository. */
  readonly root?: string;
  /** Where the build wrote; default: dist below `root`. */
  readonly outDir?: string;
  /** Names of the functions to check; default: all. */
  readonly only?: readonly string[];
  /** Milliseconds that a bundle may take to load and answer; default 10,000. */
  readonly timeoutMs?: number;
}

export interface CheckReport {
  readonly name: string;
  readonly violations: readonly Violation[];
}

/**
 * Checks what would be deployed, the content of every zip, against the rules of the platform and of this project:
 * handler with 2 or 3 parameters that returns a Promise, initializer with 2, CommonJS, no module besides Node's,
 * an answer without configuration and network, permitted inputs only, and the size of HTTP functions.
 *
 * @returns one report per function, sorted by name
 * @throws CommandError when serverless.yml and functions/ disagree, or nothing was built
 */
export async function checkBundles(options: CheckOptions = {}): Promise<CheckReport[]> {
  const { root = ROOT, outDir = join(root, 'dist'), only, timeoutMs } = options;
  const [functions, manifest] = await Promise.all([declaredFunctions(root), readManifest(outDir)]);
  if (!manifest) throw new CommandError(`${join(outDir, 'manifest.json')} is missing: run npm run build`);
  const unknown = (only ?? []).filter((name) => !functions.some((fn) => fn.name === name));
  if (unknown.length > 0) throw new CommandError(`no function ${unknown.join(', ')}`);
  const queue = functions.filter((fn) => !only || only.includes(fn.name));
  const reports: CheckReport[] = [];
  // One process per core: a probe that waits for its turn could run into its time limit.
  const worker = async (): Promise<void> => {
    for (let fn = queue.shift(); fn; fn = queue.shift()) {
      const entry = manifest.functions[fn.name];
      reports.push({ name: fn.name, violations: await checkZip(join(outDir, `${fn.name}.zip`), fn, entry, timeoutMs) });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return reports.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function checkZip(
  file: string,
  fn: DeclaredFunction,
  entry: ManifestEntry | undefined,
  timeoutMs: number | undefined,
): Promise<Violation[]> {
  const violations: Violation[] = [];
  let code: Uint8Array | undefined;
  try {
    const zip = await readFile(file);
    if (!entry || entry.zipSha256 !== sha256(zip))
      violations.push({ rule: 'zip', message: 'is not the zip that manifest.json describes: run npm run build' });
    const { 'index.js': index, ...others } = unzipSync(zip);
    code = index;
    for (const name of Object.keys(others))
      violations.push({ rule: 'zip', message: `holds ${name}; only index.js belongs there` });
  } catch (error) {
    violations.push({ rule: 'zip', message: `cannot be read: ${(error as Error).message}` });
    return violations;
  }
  if (!code) return [...violations, { rule: 'zip', message: 'has no index.js at its root' }];

  const budget = OBJECT_STORE in (entry?.inputs ?? {}) ? READER_BUNDLE_BYTES : HTTP_BUNDLE_BYTES;
  if (fn.http && code.byteLength > budget) {
    const sizes = `${formatInteger(code.byteLength)} bytes, ${formatInteger(budget)} are allowed`;
    violations.push({ rule: 'size', message: `index.js has ${sizes} for an HTTP function` });
  }
  violations.push(...checkInputs(entry?.inputs ?? {}));
  const text = await checkText(code);
  violations.push(...text);
  // Text that is no script cannot be loaded either: one line says it.
  if (text.some(({ rule }) => rule === 'esm' || rule === 'syntax')) return violations;
  for (const found of await probeCode(code, fn, timeoutMs))
    if (!violations.some(({ rule, message }) => rule === found.rule && message === found.message))
      violations.push(found);
  return violations;
}

async function probeCode(code: Uint8Array, fn: DeclaredFunction, timeoutMs?: number): Promise<Violation[]> {
  const folder = await mkdtemp(join(tmpdir(), 'check-bundle-'));
  try {
    const file = join(folder, 'index.js');
    await writeFile(file, code);
    const { handler, initializer, http } = fn;
    return await probe({ file, handler, http, ...(initializer ? { initializer } : {}) }, timeoutMs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One line per violation, or one line that says there is none. */
export function formatReport(reports: readonly CheckReport[]): string {
  const lines = reports.flatMap(({ name, violations }) =>
    violations.map(({ rule, message }) => `${name}.zip breaks the rule '${rule}': ${message}`),
  );
  if (lines.length > 0) return lines.join('\n');
  return `check-bundle: ${reports.length === 1 ? '1 zip obeys' : `${reports.length} zips obey`} every rule`;
}

const HELP = `node --import tsx scripts/checks/check-bundle.ts [NAME ...]
Checks the zips in dist/ against the platform's rules; npm run build does so, too.

  --help  this text`;

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand({ help: HELP, options: {}, positionals: true }, argv);
  if (!command) return 0;
  const reports = await checkBundles(command.positionals.length > 0 ? { only: command.positionals } : {});
  const failed = reports.some(({ violations }) => violations.length > 0);
  console[failed ? 'error' : 'log'](formatReport(reports));
  return failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void runCommand(() => main(process.argv.slice(2)));
