import type * as z from 'zod/mini';
import type { Problem } from '#shared/errors/base.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';
import type { HttpRequest } from './gateway-event.ts';

/**
 * Reads path and query of a request with a strict schema, so that a query parameter that nobody knows is refused by its
 * name: `?ifexists=return` or `?stoped=true` would otherwise do something else than was meant.
 *
 * @throws ValidationError with every problem
 */
export function readParameters<T>(schema: z.ZodMiniType<T>, { pathParameters, query }: HttpRequest): T {
  const parameters: [string, string][] = [...pathParameters];
  // A name of the path has no place in the query: kept apart, it is refused.
  for (const [name, value] of query) parameters.push([pathParameters.has(name) ? `?${name}` : name, value]);
  return parse(schema, Object.fromEntries(parameters), 'The request');
}

/**
 * Reads path, query and body of a request, so that one answer names what is wrong with any of them.
 *
 * @param schema of path and query, see `readParameters`
 * @param readBody throws ValidationError
 * @throws ValidationError with every problem
 */
export function readPathAndBody<P, B>(schema: z.ZodMiniType<P>, request: HttpRequest, readBody: () => B): [P, B] {
  const problems: Problem[] = [];
  const collect = <T>(read: () => T): { readonly value: T } | undefined => {
    try {
      return { value: read() };
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      problems.push(...error.details);
      return undefined;
    }
  };
  const parameters = collect(() => readParameters(schema, request));
  const body = collect(readBody);
  if (!parameters || !body) throw new ValidationError(problems);
  return [parameters.value, body.value];
}
