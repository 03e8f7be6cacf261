import { invalid } from '../fields.ts';

/**
 * A page of a list; a marker is the number of items before it. Throws ApiError 400 FSS.1001.
 * @param limits of the size: the one that holds where none is given (or 0), and the largest
 */
export function pageOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  limits: { readonly name: string; readonly unless: number; readonly most: number },
): { readonly page: readonly T[]; readonly next: number; readonly start: number } {
  const start = number(query, 'marker') ?? 0;
  const asked = number(query, limits.name) ?? 0;
  const size = asked === 0 ? limits.unless : Math.min(asked, limits.most);
  const page = items.slice(start, start + size);
  return { page, start, next: Math.min(start + page.length, items.length) };
}

function number(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalid(name, 'is not a number from 0 on', 'FSS.1001');
  return Number(text);
}
