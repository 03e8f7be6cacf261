import type { Violation } from './violation.ts';

/** Packages that may be part of a bundle: each one costs start-up time. */
const ALLOWED_PACKAGES = new Set(['@middy/core', 'zod']);

/** The parts of zod that zod/mini consists of. Everything else comes from a wrong import. */
const ZOD_MINI = /^(?:package\.json|mini\/|v4-mini\/|v4\/mini\/|v4\/core\/|v4\/locales\/en\.js$)/;

/** Folders that only laptops and CI use. */
const NOT_DEPLOYED = /^(?:test|scripts)\//;

/**
 * Checks the sources of a bundle.
 *
 * @param inputs bytes that each input file contributes, by path relative to the project's folder
 */
export function checkInputs(inputs: Readonly<Record<string, number>>): Violation[] {
  const paths = Object.keys(inputs);
  const used = paths.filter((path) => (inputs[path] ?? 0) > 0);
  const violations: Violation[] = [];
  const report = (found: readonly string[], message: (first: string) => string): void => {
    const [first] = found;
    if (first === undefined) return;
    const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
    violations.push({ rule: 'inputs', message: `${message(first)}${more}` });
  };

  const own = paths.filter((path) => packageOf(path) === undefined);
  report(
    own.filter((path) => NOT_DEPLOYED.test(path)),
    (path) => `${path} must not be part of a function`,
  );
  report(
    own.filter((path) => path.startsWith('../') || path.startsWith('/')),
    (path) => `${path} lies outside the project`,
  );

  const packages = used.flatMap((path) => packageOf(path) ?? []);
  const foreign = [...new Set(packages.map(({ name }) => name).filter((name) => !ALLOWED_PACKAGES.has(name)))];
  report(foreign, (name) => `the package ${name} must not be part of a function`);
  const zod = packages.filter(({ name, file }) => name === 'zod' && !ZOD_MINI.test(file)).map(({ file }) => file);
  report(
    zod.filter((file) => file.startsWith('v4/locales/')),
    (file) => `zod/${file}: locales of zod are bundled; write import * as z from 'zod/mini'`,
  );
  report(
    zod.filter((file) => !file.startsWith('v4/locales/')),
    (file) => `zod/${file}: full zod is bundled; write import * as z from 'zod/mini'`,
  );
  return violations;
}

function packageOf(path: string): { readonly name: string; readonly file: string } | undefined {
  const match = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(path);
  return match?.[1] && match[2] ? { name: match[1], file: match[2] } : undefined;
}
