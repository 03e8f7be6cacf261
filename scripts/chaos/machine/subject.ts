import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { Script } from 'node:vm';
import type { Plugin } from 'esbuild';
import { bundle } from '../../build/bundle.ts';
import { withoutStreaming } from '../../build/without-streaming.ts';
import { ROOT } from '../../serverless/config.ts';

/** The functions that a run needs, each as the bundle that would be deployed. */
export interface Subject {
  readonly onObjectCreated: string;
  readonly redrive?: string;
  readonly reconcile?: string;
}

/** A deliberate bug: text of a source file that is replaced before the file is bundled. */
export interface Patch {
  /** Path, for example `shared/pipeline/submit.ts`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A patch whose text is not in its file (any more). */
class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** Bundles the functions as `npm run build` does, with deliberate bugs where there are any. */
export async function buildSubject(patches: readonly Patch[] = []): Promise<Subject> {
  const build = async (name: string): Promise<string> => {
    const { code } = await bundle(ROOT, `functions/${name}/index.ts`, {
      plugins: [withoutStreaming, ...(patches.length > 0 ? [patching(patches)] : [])],
    });
    return Buffer.from(code).toString('utf8');
  };
  for (const patch of patches) await applied(patch);
  const names = ['on-object-created', 'redrive', 'reconcile'];
  const [onObjectCreated = '', redrive = '', reconcile = ''] = await Promise.all(names.map(build));
  return { onObjectCreated, redrive, reconcile };
}

async function applied({ file, find, replace }: Patch, text?: string): Promise<string> {
  const source = text ?? (await readFile(`${ROOT}/${file}`, 'utf8'));
  const parts = source.split(find);
  if (parts.length !== 2) throw new PatchError(`${file} has ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}

function patching(patches: readonly Patch[]): Plugin {
  return {
    name: 'deliberate-bugs',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const file = relative(ROOT, path).split(sep).join('/');
        const wanted = patches.filter((patch) => patch.file === file);
        if (wanted.length === 0) return undefined;
        let contents = await readFile(path, 'utf8');
        for (const patch of wanted) contents = await applied(patch, contents);
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** Globals that a program may use. Anything else is refused when the program asks for it. */
export interface Globals {
  readonly require: (name: string) => unknown;
  readonly module: { exports: Record<string, unknown> };
  readonly process: object;
  readonly console: object;
  readonly Date: DateConstructor;
  readonly Math: Math;
  readonly setTimeout: unknown;
  readonly clearTimeout: unknown;
  readonly setInterval: unknown;
  readonly clearInterval: unknown;
  readonly setImmediate: unknown;
  readonly performance: object;
  readonly crypto: object;
  readonly fetch: unknown;
}

const NAMES = [
  'require',
  'module',
  'process',
  'console',
  'Date',
  'Math',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'performance',
  'crypto',
  'fetch',
] as const satisfies (keyof Globals)[];

export type Program = (globals: Globals) => Record<string, unknown>;

/** Compiles a bundle once. Each call of the result is a new process: module state begins anew. */
export function compile(code: string, filename: string): Program {
  const wrapped = `(function (${NAMES.join(', ')}) { const exports = module.exports; ${code}\n})`;
  const load = new Script(wrapped, { filename }).runInThisContext() as (...values: unknown[]) => void;
  return (globals) => {
    load(...NAMES.map((name) => globals[name]));
    return globals.module.exports;
  };
}
