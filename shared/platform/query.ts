import type { Problem } from '#shared/errors/base.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { formatPath } from '#shared/validation/path.ts';
import type { GatewayEvent } from './gateway-event.ts';

const MAX_PROBLEMS = 100;

/**
 * Reads the query parameters of a request, each with its one value. A repeated parameter is refused, because nobody
 * knows which value the caller means: `?stop=false&stop=true`.
 *
 * How the gateway passes repetitions on is not documented, so every shape is read: a list,
 * `multiValueQueryStringParameters` beside the last (or first) value, and a query that is left in the path. Values that
 * it joins with commas are refused by the parameters' own rules, for none that takes a single value may hold a comma.
 *
 * @throws ValidationError with every parameter that is there more than once, or is no text
 */
export function readQuery(event: GatewayEvent): Map<string, string> {
  const values = new Map<string, readonly unknown[]>();
  const { path } = event;
  const mark = typeof path === 'string' ? path.indexOf('?') : -1;
  const inPath = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(mark < 0 ? '' : path?.slice(mark + 1)))
    inPath.set(name, [...(inPath.get(name) ?? []), value]);
  for (const shape of [
    Object.entries(event.queryStringParameters ?? {}),
    Object.entries(event.multiValueQueryStringParameters ?? {}),
    [...inPath],
  ])
    for (const [name, value] of shape) {
      const found = [value].flat().filter((each) => each !== null && each !== undefined);
      values.set(name, merge(values.get(name) ?? [], found));
    }
  const query = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, [value, ...more]] of values) {
    const shown = formatPath([name]);
    if (more.length > 0)
      problems.push({
        path: shown,
        rule: 'repeated',
        message: `${shown} is there more than once: remove all but one.`,
      });
    else if (typeof value === 'object')
      problems.push({ path: shown, rule: 'type', message: `${shown} must be a text.` });
    else if (value !== undefined) query.set(name, String(value));
  }
  if (problems.length > 0) throw new ValidationError(problems.slice(0, MAX_PROBLEMS));
  return query;
}

/** Two shapes of one query tell of the same parameter: the longer list has what the shorter one has. */
function merge(one: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return [...longer, ...shorter.filter((value) => !longer.includes(value))];
}
