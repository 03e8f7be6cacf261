import type { Problem } from '#shared/errors/base.ts';
import { ValidationError } from '#shared/validation/errors.ts';

interface Scalars {
  readonly text: string;
  readonly flag: boolean;
  /** Milliseconds since the epoch; a Long, so a bigint where a number would lose digits. */
  readonly time: number | bigint;
  /** A Long, up to 2^63 - 1: always a bigint, so that sums are exact. */
  readonly counter: bigint;
}

/** Kind of a field: one value, or a table of its own, once or as a list. */
export type AnswerField = keyof Scalars | { readonly object: AnswerTable } | { readonly list: AnswerTable };

/**
 * An answer of OMS, as a table. Every field may be null (the pages' own examples have nulls) or absent (the pages
 * differ), and no text is checked against a list: one page has `no_check` where another has `transmission`, and a value
 * that OMS adds must not break a reader.
 *
 * This is no zod schema, because every function loads the client and few of them read these answers: without zod, a
 * process that only submits events has its first answer a tenth earlier.
 */
export type AnswerTable = { readonly [name: string]: AnswerField };

type Value<F extends AnswerField> = F extends keyof Scalars
  ? Scalars[F]
  : F extends { readonly list: infer T extends AnswerTable }
    ? readonly Answer<T>[]
    : F extends { readonly object: infer T extends AnswerTable }
      ? Answer<T>
      : never;

/** Value that a table describes; it may have fields that nobody knows yet. */
export type Answer<T extends AnswerTable> = {
  readonly [Name in keyof T]?: Value<T[Name]> | null;
} & { readonly [name: string]: unknown };

const INTEGER = /^-?\d{1,19}$/;

const readers: { readonly [Kind in keyof Scalars]: (value: unknown) => Scalars[Kind] | undefined } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : undefined),
  time: (value) => (typeof value === 'number' || typeof value === 'bigint' ? value : undefined),
  counter: (value) => {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
    return typeof value === 'string' && INTEGER.test(value) ? BigInt(value) : undefined;
  },
};

/**
 * @param value lossless JSON (`parseJsonLossless`)
 * @returns the same fields in their order, counters as bigint
 * @throws ValidationError with every field that is of the wrong kind
 */
export function readAnswer<T extends AnswerTable>(table: T, value: unknown): Answer<T> {
  const problems: Problem[] = [];
  const answer = readObject(table, value, '', problems);
  if (problems.length > 0) throw new ValidationError(problems);
  return answer as Answer<T>;
}

function readObject(table: AnswerTable, value: unknown, path: string, problems: Problem[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push({ path, rule: 'type', message: `${path === '' ? 'It' : path} must be an object.` });
    return undefined;
  }
  const answer: Record<string, unknown> = { ...value };
  for (const [name, field] of Object.entries(table)) {
    const found = answer[name];
    if (found === undefined || found === null) continue;
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof field === 'string') {
      answer[name] = readers[field](found);
      if (answer[name] === undefined) problems.push({ path: at, rule: 'type', message: `${at} is not a ${field}.` });
    } else if ('object' in field) {
      answer[name] = readObject(field.object, found, at, problems);
    } else if (Array.isArray(found)) {
      answer[name] = found.map((item, index) => readObject(field.list, item, `${at}[${index}]`, problems));
    } else {
      problems.push({ path: at, rule: 'type', message: `${at} is not a list.` });
    }
  }
  return answer;
}
