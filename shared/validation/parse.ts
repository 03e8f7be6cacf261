import type * as z from 'zod/mini';
import type { Problem } from '#shared/errors/base.ts';
import { ValidationError } from './errors.ts';
import { formatPath } from './path.ts';

/**
 * Reads a value with a schema.
 *
 * @param schema what the value must be
 * @param value anything, usually parsed JSON
 * @param what name of the whole value in messages, for example `The body`
 * @returns the value as the schema's output: defaults filled in, nothing else changed
 * @throws ValidationError with every problem, each with its path and rule, none with the value
 */
export function parse<T>(schema: z.ZodMiniType<T>, value: unknown, what = 'The input'): T {
  // The inputs of the issues tell "missing" from "wrong type"; they go no further than toProblems.
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new ValidationError(toProblems(result.error.issues, what));
}

type Issue = z.core.$ZodIssue;

export interface RuleParams {
  readonly rule: string;
  /** Continues a sentence that begins with the path: `must be ...`. */
  readonly message: string;
}

/** Most problems of one answer: one for each key of a request. A body of 4 MB can have half a million. */
const MAX_PROBLEMS = 1000;

/** Turns issues into problems: one each, unknown fields by name. They hold no text of the input but field names. */
function toProblems(issues: readonly Issue[], what: string): Problem[] {
  const problems = issues.slice(0, MAX_PROBLEMS).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, MAX_PROBLEMS).map((key) => {
        const path = formatPath([...issue.path, key]);
        return { path, rule: 'unknown_field', message: `${path} is not a field that is known here.` };
      });
    }
    const path = formatPath(issue.path);
    const { rule, message } = describe(issue);
    return [{ path, rule, message: `${path === '' ? what : path} ${message}.` }];
  });
  return problems.slice(0, MAX_PROBLEMS);
}

function describe(issue: Issue): RuleParams {
  switch (issue.code) {
    case 'custom':
      return isRule(issue.params) ? issue.params : { rule: 'invalid', message: 'is invalid' };
    case 'invalid_type':
      return issue.input === undefined
        ? { rule: 'required', message: 'is missing' }
        : { rule: 'type', message: `must be ${withArticle(issue.expected)}` };
    case 'invalid_value':
      return issue.input === undefined
        ? { rule: 'required', message: 'is missing' }
        : { rule: 'enum', message: `must be one of ${issue.values.map(String).join(', ')}` };
    case 'too_big':
      return { rule: issue.origin === 'number' ? 'maximum' : 'max_length', message: atMost(issue) };
    case 'too_small':
      return { rule: issue.origin === 'number' ? 'minimum' : 'min_length', message: atLeast(issue) };
    case 'invalid_format':
      return { rule: 'format', message: 'has the wrong form' };
    case 'invalid_union':
      return issue.input === undefined
        ? { rule: 'required', message: 'is missing' }
        : { rule: 'type', message: 'has the wrong type or form' };
    default:
      return { rule: 'invalid', message: 'is invalid' };
  }
}

function isRule(params: unknown): params is RuleParams {
  return typeof params === 'object' && params !== null && 'rule' in params && 'message' in params;
}

function withArticle(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

function atMost({ origin, maximum }: { readonly origin: string; readonly maximum: number | bigint }): string {
  return UNITS[origin] === undefined ? `must be at most ${maximum}` : `must have at most ${maximum}${UNITS[origin]}`;
}

function atLeast({ origin, minimum }: { readonly origin: string; readonly minimum: number | bigint }): string {
  return UNITS[origin] === undefined ? `must be at least ${minimum}` : `must have at least ${minimum}${UNITS[origin]}`;
}
