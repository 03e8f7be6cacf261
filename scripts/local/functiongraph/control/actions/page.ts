import { invalid } from '../fields.ts';

/**
 * The part of a list that `marker` and `maxitems` ask for: a marker is the number of items before the page.
 * @param limits of the size: the one that holds where none is given (or 0), and the largest
 * @throws ApiError 400 FSS.1001 for anything but whole numbers from 0 on
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0105.html
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
