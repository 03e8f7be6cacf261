import { isRecord } from '../../records.ts';

type Problem = (what: string, inner?: string) => void;

/** The rule for one field. `Optional` says whether what was read may lack it. */
interface Rule<T, Optional extends boolean = boolean> {
  /** Reports what is wrong; undefined then. */
  readonly read: (value: unknown, problem: Problem) => T | undefined;
  readonly mandatory: boolean;
  /** An empty text stands for none, as in the vendor's own examples. */
  readonly blank?: boolean;
  readonly type?: Optional;
}

export type Rules = Readonly<Record<string, Rule<unknown>>>;

type Read<R> = R extends Rule<infer T> ? T : never;

/** The type of what passes the rules. */
export type Data<F> = {
  readonly [K in keyof F as F[K] extends Rule<unknown, true> ? never : K]: Read<F[K]>;
} & { readonly [K in keyof F as F[K] extends Rule<unknown, true> ? K : never]?: Read<F[K]> };

const MAX_TEXT = 1024;

/** @param says the end of the sentence "path must ...", which says what the pattern asks for */
export function text({ max = MAX_TEXT, pattern = /^/, says = '' } = {}): Rule<string, false> {
  const read = (value: unknown, problem: Problem): string | undefined => {
    if (value === undefined || value === '') return void problem('is missing');
    if (typeof value !== 'string') return void problem('must be a string');
    if (value.length > max) return void problem(`must have at most ${max} characters`);
    return pattern.test(value) ? value : void problem(`must ${says}`);
  };
  return { read, mandatory: true, blank: true };
}

/** One of the values, in exactly this case. */
export function choice<const T extends string>(...values: readonly T[]): Rule<T, false> {
  const read = (value: unknown, problem: Problem): T | undefined => {
    if (value === undefined || value === '') return void problem(`is missing (${values.join(' or ')})`);
    const found = values.find((known) => known === value);
    if (found === undefined) problem(`must be ${values.join(' or ')}, in this case of letters`);
    return found;
  };
  return { read, mandatory: true, blank: true };
}

export function integer(min: number, max: number): Rule<number, false> {
  const read = (value: unknown, problem: Problem): number | undefined => {
    if (value === undefined) return void problem('is missing');
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    return void problem(`must be an integer from ${min} to ${max}`);
  };
  return { read, mandatory: true };
}

export const flag: Rule<boolean, true> = {
  read: (value, problem) => (typeof value === 'boolean' ? value : void problem('must be true or false')),
  mandatory: false,
};

/** A list of at least one text, without repetitions. */
export const texts: Rule<readonly string[], false> = {
  read: (value, problem) => {
    if (!Array.isArray(value) || value.length === 0) return void problem('must be a list of at least one string');
    if (value.length > 100) return void problem('must have at most 100 entries');
    const fit = value.every((item) => typeof item === 'string' && item !== '' && item.length <= MAX_TEXT);
    if (!fit) return void problem('must hold strings only, none of them empty');
    if (new Set(value).size < value.length) return void problem('names an entry twice');
    return value as string[];
  },
  mandatory: true,
};

export function object<F extends Rules>(rules: F): Rule<Data<F>, false> {
  const read = (value: unknown, problem: Problem): Data<F> | undefined => {
    if (value === undefined) return void problem('is missing');
    if (!isRecord(value)) return void problem('must be an object');
    return readAll(rules, value, (name, what) => problem(what, name));
  };
  return { read, mandatory: true };
}

export function optional<T>(rule: Rule<T>): Rule<T, true> {
  return { ...rule, mandatory: false } as Rule<T, true>;
}

/** Checked and forgotten: the service never shows it again. */
export function secret(rule: Rule<unknown>): Rule<never, true> {
  return { ...rule, read: (value, problem) => void rule.read(value, problem) } as Rule<never, true>;
}

/**
 * Reads the fields of an object that anybody may have sent, and collects everything that is wrong with them. No problem
 * repeats a value: event_data may hold a password in any of its fields. What was read is whole where there is none.
 * @param what name of the object where it is none
 * @param check looks at the fields together, where each is right by itself
 */
export function readFields<F extends Rules>(
  rules: F,
  value: unknown,
  what: string,
  check: (
    data: Data<F>,
    problem: (name: string, what: string) => void,
    own: Record<string, unknown>,
  ) => void = () => {},
): { readonly data: Data<F>; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const problem = (name: string, text: string): void => void problems.push(`${name} ${text}`);
  if (!isRecord(value)) problem(what, 'must be an object');
  const own = isRecord(value) ? value : {};
  const data = isRecord(value) ? readAll(rules, value, problem) : ({} as Data<F>);
  if (problems.length === 0) check(data, problem, own);
  return { data, problems };
}

function readAll<F extends Rules>(
  rules: F,
  own: Readonly<Record<string, unknown>>,
  problem: (name: string, what: string) => void,
): Data<F> {
  const data: Record<string, unknown> = {};
  for (const [name, { read, mandatory, blank }] of Object.entries(rules)) {
    // Null stands for an absent field, as in the vendor's SDKs.
    const value = Object.hasOwn(own, name) ? (own[name] ?? undefined) : undefined;
    if (!mandatory && (value === undefined || (blank && value === ''))) continue;
    const content = read(value, (what, inner) => problem(inner === undefined ? name : `${name}.${inner}`, what));
    if (content !== undefined) data[name] = content;
  }
  return data as Data<F>;
}
