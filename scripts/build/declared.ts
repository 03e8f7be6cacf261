import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CommandError } from './command-line.ts';

/** A function as both serverless.yml and functions/ know it. */
export interface DeclaredFunction {
  /** Key in serverless.yml and name of the folder below functions/. */
  readonly name: string;
  /** Export that the platform calls, from `index.<export>`. */
  readonly handler: string;
  readonly initializer?: string;
  /** Is called by API Gateway alone, which waits for its answer. */
  readonly http: boolean;
}

interface Declaration {
  readonly handler?: unknown;
  readonly initializer?: unknown;
  readonly package?: { readonly artifact?: unknown };
  readonly events?: unknown;
}

/**
 * The functions of a project, sorted by name: every folder of functions/ that has an index.ts, compared with
 * what serverless.yml declares. What is read here holds no variables, so the file is read as plain YAML:
 * resolving it through the framework takes longer than building everything.
 *
 * @param root the project's folder
 * @throws CommandError that names every function declared without a folder, every folder without a declaration,
 *   every folder without index.ts, and every handler, initializer or artifact that the build does not produce
 */
export async function declaredFunctions(root: string): Promise<DeclaredFunction[]> {
  const [declared, folders] = await Promise.all([readDeclarations(root), readFolders(root)]);
  const problems: string[] = [];
  for (const folder of folders.keys())
    if (!declared.has(folder)) problems.push(`functions/${folder} is not declared in serverless.yml`);
  for (const [folder, hasIndex] of folders) if (!hasIndex) problems.push(`functions/${folder} has no index.ts`);

  const functions: DeclaredFunction[] = [];
  for (const [name, declaration] of declared) {
    if (!folders.has(name)) problems.push(`serverless.yml declares ${name}, but functions/${name}/index.ts is missing`);
    const artifact = `dist/${name}.zip`;
    if (declaration.package?.artifact !== artifact)
      problems.push(`serverless.yml: functions.${name}.package.artifact must be ${artifact}`);
    const handler = exportOf(declaration.handler);
    if (!handler) problems.push(`serverless.yml: functions.${name}.handler must be index.<export>`);
    const initializer = declaration.initializer === undefined ? undefined : exportOf(declaration.initializer);
    if (declaration.initializer !== undefined && !initializer)
      problems.push(`serverless.yml: functions.${name}.initializer must be index.<export>`);
    const events = Array.isArray(declaration.events) ? declaration.events : [];
    const http =
      events.length > 0 &&
      events.every((event) => isObject(event) && isObject(event['apig']) && event['apig']['async'] !== true);
    functions.push({ name, handler: handler ?? '', ...(initializer ? { initializer } : {}), http });
  }
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  return functions.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The platform finds a handler by `<file>.<export>`, and index.js is the only file in a zip. */
function exportOf(handler: unknown): string | undefined {
  return typeof handler === 'string' ? /^index\.([A-Za-z0-9_]+)$/.exec(handler)?.[1] : undefined;
}

async function readDeclarations(root: string): Promise<Map<string, Declaration>> {
  const file = join(root, 'serverless.yml');
  let config: { functions?: unknown } | null;
  try {
    config = parse(await readFile(file, 'utf8')) as typeof config;
  } catch (error) {
    throw new CommandError(`serverless.yml cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const functions = config?.functions;
  if (typeof functions !== 'object' || functions === null || Array.isArray(functions))
    throw new CommandError('serverless.yml declares no functions');
  return new Map(Object.entries(functions).map(([name, value]) => [name, (value ?? {}) as Declaration]));
}

async function readFolders(root: string): Promise<Map<string, boolean>> {
  const parent = join(root, 'functions');
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = names.map(async (name): Promise<[string, boolean]> => {
    const index = await stat(join(parent, name, 'index.ts')).catch(() => undefined);
    return [name, index?.isFile() ?? false];
  });
  return new Map(await Promise.all(found));
}
