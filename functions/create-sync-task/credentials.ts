import type { Problem } from '#shared/errors/base.ts';

/** The key pairs that the variables hold. */
export interface BucketCredentials {
  readonly srcAccessKey: string | undefined;
  readonly srcSecretKey: string | undefined;
  readonly dstAccessKey: string | undefined;
  readonly dstSecretKey: string | undefined;
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

export interface CompletedBody {
  readonly body: Readonly<Record<string, unknown>>;
  /** Fields that neither the body nor the variables have. */
  readonly problems: readonly Problem[];
}

/**
 * Adds the key pairs that the body leaves out, from the variables. A pair comes from one of the two as a whole:
 * the access key of one with the secret of the other would be no pair.
 */
export function completeCredentials(body: Readonly<Record<string, unknown>>, config: BucketCredentials): CompletedBody {
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
