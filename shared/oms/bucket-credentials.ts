import type * as z from 'zod/mini';
import type { Problem } from '#shared/errors/base.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';

export interface BucketCredentials {
  readonly srcAccessKey: string | undefined;
  readonly srcSecretKey: string | undefined;
  readonly dstAccessKey: string | undefined;
  readonly dstSecretKey: string | undefined;
}

/**
 * Reads a body whose key pairs may come from the variables.
 *
 * @param schema of the completed body
 * @param conceal told every secret of the body, before anything of it can be logged
 * @throws ValidationError with every problem; key pairs that are missing are reported with their variables
 */
export function readWithCredentials<T>(
  schema: z.ZodMiniType<T>,
  body: unknown,
  config: BucketCredentials,
  conceal: (secrets: readonly string[]) => void,
): T {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const completed = isObject ? completeCredentials(body as Record<string, unknown>, config) : undefined;
  conceal(secretsIn(completed?.body ?? {}));
  const missing = completed?.problems ?? [];
  let others: readonly Problem[] = [];
  try {
    const value = parse(schema, completed?.body ?? body, 'The body');
    if (missing.length === 0) return value;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const paths = new Set(missing.map(({ path }) => path));
    others = error.details.filter(({ path }) => !paths.has(path));
  }
  throw new ValidationError([...missing, ...others]);
}

function secretsIn(body: Readonly<Record<string, unknown>>): string[] {
  const { source_cdn: cdn, source_cdn_authentication_key: startKey } = body;
  const createKey: unknown =
    typeof cdn === 'object' && cdn !== null ? Reflect.get(cdn, 'authentication_key') : undefined;
  const secrets = [...PAIRS.flat().map(({ field }) => body[field]), createKey, startKey];
  return secrets.filter((secret) => typeof secret === 'string');
}

const PAIRS = [
  [
    { field: 'src_ak', variable: 'SRC_ACCESS_KEY', config: 'srcAccessKey' },
    { field: 'src_sk', variable: 'SRC_SECRET_KEY', config: 'srcSecretKey' },
  ],
  [
    { field: 'dst_ak', variable: 'DST_ACCESS_KEY', config: 'dstAccessKey' },
    { field: 'dst_sk', variable: 'DST_SECRET_KEY', config: 'dstSecretKey' },
  ],
] as const;

interface CompletedBody {
  readonly body: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/**
 * Adds the key pairs that the body leaves out, from the variables. A pair comes from one of the two as a whole:
 * the access key of one with the secret of the other would be no pair.
 */
function completeCredentials(body: Readonly<Record<string, unknown>>, config: BucketCredentials): CompletedBody {
  const completed: Record<string, unknown> = { ...body };
  const problems: Problem[] = [];
  for (const pair of PAIRS) {
    const given = pair.filter(({ field }) => body[field] !== undefined);
    for (const part of pair) {
      if (body[part.field] !== undefined) continue;
      const value = config[part.config];
      if (given.length === 0 && value !== undefined) completed[part.field] = value;
      else problems.push(missing(part, given[0]?.field));
    }
  }
  return { body: completed, problems };
}

function missing(part: { readonly field: string; readonly variable: string }, given: string | undefined): Problem {
  const message =
    given === undefined
      ? `${part.field} is missing in the body, and the encrypted variable ${part.variable} is not set.`
      : `${part.field} is missing while the body has ${given}; a pair is taken from the body or from the variables.`;
  return { path: part.field, rule: 'required', message };
}
