import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Path in the repository; undefined for a package or a built-in module. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || (entry.name.startsWith('.') && entry.name !== '.ci')) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

const IMPORT = /^\s*(import|export)\b(\s+type\b)?[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /(?:^\s*import\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)['"]([^'"]+)['"]/gm;

function importsOf(file: string): Import[] {
  // Comments may show an import.
  const source = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const statements = [...source.matchAll(IMPORT)].map((match) => ({
    specifier: match[3] ?? '',
    typeOnly: match[2] !== undefined,
  }));
  const others = [...source.matchAll(BARE)].map((match) => ({ specifier: match[1] ?? '', typeOnly: false }));
  return [...statements, ...others].map(({ specifier, typeOnly }) => ({
    from: file,
    specifier,
    target: resolve(file, specifier),
    typeOnly,
  }));
}

function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#shared/')) return specifier.slice(1);
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  return undefined;
}

const isCode = (file: string) => /\.(ts|mts|cts|js|mjs|cjs)$/.test(file);
const files = filesBelow('');
const code = files.filter(isCode);
const imports = code.flatMap(importsOf);
const below = (folder: string) => imports.filter(({ from }) => from.startsWith(folder));
const show = (found: readonly Import[]) => found.map(({ from, specifier }) => `${from} imports ${specifier}`);

/** A layer may import those after it. Leaves may be imported by all and import only errors and each other. */
const LAYERS = [
  ['functions'],
  ['shared/platform', 'shared/observability'],
  ['shared/redrive', 'shared/reconcile'],
  ['shared/pipeline'],
  ['shared/deadletters'],
  ['shared/oms', 'shared/events', 'shared/listing'],
  ['shared/objectstore'],
  ['shared/http'],
  ['shared/validation'],
  ['shared/encoding'],
  ['shared/errors'],
];
const LEAVES = ['shared/config', 'shared/logging'];

function areaOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'shared' ? `${first}/${second}` : first;
}

function layerOf(area: string): number {
  return LAYERS.findIndex((layer) => layer.includes(area));
}

function allowed(from: string, to: string): boolean {
  if (from === to || to === 'shared/errors') return true;
  if (LEAVES.includes(to)) return true;
  if (LEAVES.includes(from)) return false;
  return layerOf(from) < layerOf(to);
}

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.some(({ from }) => from === 'functions/create-sync-event/index.ts')).toBe(true);
  });

  it('go from functions over the shared layers to errors, and never back', () => {
    const wrong = [...below('functions/'), ...below('shared/')].filter(
      ({ from, target }) => target !== undefined && !allowed(areaOf(from), areaOf(target)),
    );

    expect(show(wrong)).toEqual([]);
  });

  it('know every folder below shared', () => {
    const areas = new Set(code.filter((file) => file.startsWith('shared/')).map(areaOf));

    expect([...areas].filter((area) => layerOf(area) < 0 && !LEAVES.includes(area))).toEqual([]);
  });

  it('below shared and functions lead to no script and no test', () => {
    const wrong = [...below('functions/'), ...below('shared/')].filter(({ target }) =>
      /^(scripts|test)\//.test(target ?? ''),
    );

    expect(show(wrong)).toEqual([]);
  });

  it('never lead from one function to another', () => {
    const folder = (path: string) => path.split('/')[1];
    const wrong = below('functions/').filter(
      ({ from, target }) => target?.startsWith('functions/') && folder(target) !== folder(from),
    );

    expect(show(wrong)).toEqual([]);
  });

  it('of the local cloud lead to nothing in shared, functions or test', () => {
    const wrong = below('scripts/local/').filter(({ target }) => /^(shared|functions|test)\//.test(target ?? ''));

    expect(show(wrong)).toEqual([]);
  });

  it('of bundled code name zod/mini, never the whole of zod', () => {
    const wrong = [...below('functions/'), ...below('shared/')].filter(
      ({ specifier }) => /^zod(\/|$)/.test(specifier) && specifier !== 'zod/mini',
    );

    expect(show(wrong)).toEqual([]);
  });

  it('of bundled code name only the dependencies of run time', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const wrong = [...below('functions/'), ...below('shared/')].filter(({ specifier, target, typeOnly }) => {
      if (target !== undefined || specifier.startsWith('node:') || typeOnly) return false;
      const parts = specifier.split('/');
      return !((specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')) in dependencies);
    });

    expect(show(wrong)).toEqual([]);
  });

  it('stay inside the repository', () => {
    expect(show(imports.filter(({ target }) => target?.startsWith('..')))).toEqual([]);
  });

  it('form no cycle, not even of types', () => {
    const edges = new Map<string, string[]>();
    for (const { from, target } of imports)
      if (target !== undefined) edges.set(from, [...(edges.get(from) ?? []), target]);

    expect(findCycle(edges)).toEqual([]);
  });
});

function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    const seen = path.indexOf(file);
    if (seen >= 0) return [...path.slice(seen), file];
    if (done.has(file)) return [];
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('the repository', () => {
  it('has no folder that says nothing about its content', () => {
    const meaningless = /(^|\/)(utils?|helpers?|common|misc|managers?)\//;

    expect(files.filter((file) => meaningless.test(file) && !file.startsWith('test/'))).toEqual([]);
  });

  it('has one folder per function, whose index.ts is wiring: a handler, an initializer at most, in up to 60 lines', () => {
    const folders = new Set(files.filter((file) => file.startsWith('functions/')).map((file) => file.split('/')[1]));
    for (const folder of folders) {
      const source = readFileSync(join(ROOT, `functions/${folder}/index.ts`), 'utf8');
      const exported = [...source.matchAll(/^export\b.*?(\w+)\s*[=(:{]/gm)].map((match) => match[1] ?? '');

      expect(exported.filter((name) => name !== 'initializer')).toEqual(['handler']);
      expect(source.split('\n').length).toBeLessThanOrEqual(61);
    }
    expect(folders.size).toBeGreaterThanOrEqual(4);
  });

  it('reads variables from the platform context, never from the process', () => {
    const bundled = code.filter((file) => /^(functions|shared)\//.test(file));

    expect(bundled.filter((file) => /process\.env/.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  it('uses nothing that Node.js 20 does not have', () => {
    // The compiler does not tell: the types of dependencies declare some of these.
    const newer =
      /\b(?:Map|Object)\.groupBy\b|\bPromise\.(?:withResolvers|try)\b|\bArray\.fromAsync\b|\bRegExp\.escape\b/;
    const tooNew = code.filter(
      (file) => !file.startsWith('test/unit/architecture') && newer.test(readFileSync(join(ROOT, file), 'utf8')),
    );

    expect(tooNew).toEqual([]);
  });

  it('names its code files in kebab-case', () => {
    const odd = code.filter((file) => !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(file.split('/').at(-1) ?? ''));

    expect(odd).toEqual([]);
  });

  it('refers to no shared folder outside of it', () => {
    const outside = join('..', 'shared');
    const text = files.filter((file) => /\.(ts|js|mjs|cjs|json|ya?ml|md|sh|svg|txt)$|\.ci\/run$/.test(file));
    const referring = text.filter((file) => {
      const source = readFileSync(join(ROOT, file), 'utf8');
      if (!source.includes(outside)) return false;
      // `../shared` is fine where it means this repository's own folder.
      const references = source.matchAll(/(?:\.\.\/)+shared\b/g);
      return [...references].some(([reference]) => {
        const resolved = relative(ROOT, join(ROOT, dirname(file), reference));
        return resolved.startsWith('..');
      });
    });

    expect(referring).toEqual([]);
  });
});
