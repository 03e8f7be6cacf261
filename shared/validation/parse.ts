import type * as z from 'zod/mini';
import { ValidationError } from './errors.ts';
import { toProblems } from './problems.ts';

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
