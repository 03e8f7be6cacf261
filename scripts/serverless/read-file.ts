import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import { serverlessFile } from './schema.ts';
import { resolveVariables, VariableError, type VariableSources } from './variables.ts';

/** serverless.yml is not right: every mistake with its line and property, and never a value. */
export class ServerlessFileError extends Error {
  override readonly name = 'ServerlessFileError';
}

/** Values of the file, with what the YAML and the schema say of them. */
export type ServerlessFile = z.infer<typeof serverlessFile>;

/** Bytes; ours has 17,000. */
const MAX_BYTES = 1_048_576;

/**
 * Reads a file in the syntax of the Serverless Framework: YAML 1.2 with variables.
 *
 * @param text of the file
 * @returns the file with values in place of variables, as the schema has it
 * @throws ServerlessFileError naming every mistake with its line
 */
export function readServerlessFile(text: string, sources: VariableSources): ServerlessFile {
  if (Buffer.byteLength(text) > MAX_BYTES) fail(['is larger than 1 MiB']);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  if (document.errors.length > 0) fail(document.errors.map(({ pos, message }) => `line ${lineAt(pos[0])}: ${message}`));
  const lineOf = (path: readonly PropertyKey[]): string => {
    const offset = offsetOf(document.contents, path);
    return offset === undefined ? '' : `line ${lineAt(offset)}: `;
  };
  let resolved: unknown;
  try {
    resolved = resolveVariables(document.toJS({ maxAliasCount: 100 }), sources);
  } catch (error) {
    if (error instanceof VariableError) fail([`${lineOf(error.path)}${error.path.join('.')} ${error.message}`]);
    throw error;
  }
  const checked = serverlessFile.safeParse(resolved, { error: (issue) => ruleOf(issue) });
  if (checked.success) return checked.data;
  return fail(checked.error.issues.flatMap((issue) => problemsOf(issue, lineOf)));
}

function fail(problems: readonly string[]): never {
  throw new ServerlessFileError(
    problems.length === 1
      ? `serverless.yml: ${problems[0]}`
      : `serverless.yml:\n${problems.map((p) => `  ${p}`).join('\n')}`,
  );
}

/** Where the key of a property stands, or of the nearest property around it that the file has. */
function offsetOf(contents: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = contents;
  let offset: number | undefined;
  for (const name of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0];
      node = pair.value;
      continue;
    }
    const item = (node as { items?: unknown[] } | null)?.items?.[Number(name)];
    if (item === undefined) return offset;
    offset = (item as Node).range?.[0];
    node = item;
  }
  return offset;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be a text',
  boolean: 'must be true or false',
  number: 'must be a number',
  int: 'must be a whole number',
  object: 'must be a map',
  record: 'must be a map',
  array: 'must be a list',
};

/** The rule that a value breaks, in words; undefined leaves it to the schema's own words. */
function ruleOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is missing' : (TYPES[issue.expected] ?? undefined);
  if (issue.code === 'invalid_value')
    return `must be ${issue.values
      .map(String)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1')}`;
  return undefined;
}

function problemsOf(issue: z.core.$ZodIssue, lineOf: (path: readonly PropertyKey[]) => string): string[] {
  const { path } = issue;
  const say = (at: readonly PropertyKey[], rule: string): string =>
    `${lineOf(at)}${at.map(String).join('.') || 'the file'} ${rule}`;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => say([...path, key], 'is no property of this place'));
  if (issue.code === 'invalid_key') return [say(path, `is no valid name: it ${issue.issues[0]?.message}`)];
  return [say(path, issue.message)];
}
