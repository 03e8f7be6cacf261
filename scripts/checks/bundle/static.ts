import { isBuiltin } from 'node:module';
import { type BuildFailure, build, type Message } from 'esbuild';
import { withEsbuild } from '../../build/esbuild-service.ts';
import type { Violation } from './violation.ts';

/** esbuild's own names for a `require` or `import()` whose module is not known before it runs. */
const DYNAMIC = ['unsupported-require-call', 'unsupported-dynamic-import', 'indirect-require'] as const;

/**
 * Checks the text of a bundle without running it: that it is a CommonJS script, and that every module it may
 * ask for, on any path through the code, is one of Node.js.
 *
 * @param code content of index.js
 */
export function checkText(code: Uint8Array): Promise<Violation[]> {
  return withEsbuild(() => analyse(code));
}

async function analyse(code: Uint8Array): Promise<Violation[]> {
  const violations: Violation[] = [];
  try {
    const { metafile, warnings } = await build({
      stdin: { contents: code, loader: 'js', sourcefile: 'index.js' },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      // ESM is the only format that keeps every construct, so that nothing is refused before it was seen.
      format: 'esm',
      target: 'esnext',
      logLevel: 'silent',
      logOverride: Object.fromEntries(DYNAMIC.map((id) => [id, 'warning'])),
      plugins: [
        {
          name: 'collect',
          setup({ onResolve }) {
            onResolve({ filter: /.*/ }, ({ path, kind }) => {
              if (kind === 'entry-point') return undefined;
              if (!isBuiltin(path)) violations.push({ rule: 'require', message: `asks for the module ${path}` });
              return { path, external: true };
            });
          },
        },
      ],
    });
    if (metafile.inputs['index.js']?.format === 'esm')
      violations.push({ rule: 'esm', message: 'index.js is an ES module; the platform loads CommonJS' });
    for (const warning of warnings)
      if (DYNAMIC.some((id) => id === warning.id))
        violations.push({ rule: 'require', message: `asks for a module by a name that is computed${at(warning)}` });
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    if (!first) throw error;
    violations.push({ rule: 'syntax', message: `index.js does not parse: ${first.text}${at(first)}` });
  }
  return violations;
}

function at({ location }: Message): string {
  return location ? ` (line ${location.line}, column ${location.column + 1})` : '';
}
