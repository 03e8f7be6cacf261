import { afterPrefix } from './byte-key.ts';
import type { SortedMap } from './sorted-map.ts';

/** All texts are byte strings (see ByteKey). */
interface ListQuery {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** Only names greater than this one; empty for the beginning. */
  readonly after: string;
  readonly maxKeys: number;
}

export interface ListPage<V> {
  readonly contents: readonly { readonly key: string; readonly value: V }[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  readonly last?: string;
}

/**
 * One page of a listing. Keys and common prefixes share one order and one limit. A common prefix that is not greater
 * than `after` is not repeated; everything below a common prefix is skipped by one seek, however many keys that is.
 */
export function listPage<V>(map: SortedMap<V>, query: ListQuery): ListPage<V> {
  const { prefix, delimiter, after, maxKeys } = query;
  const contents: { key: string; value: V }[] = [];
  const commonPrefixes: string[] = [];
  if (maxKeys <= 0) return { contents, commonPrefixes, truncated: false };

  let cursor = after >= prefix && after !== '' ? map.seek(after, true) : map.seek(prefix);
  let last: string | undefined;
  for (let key = cursor.key; key?.startsWith(prefix); key = cursor.key) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    const repeated = common !== undefined && common <= after;
    if (!repeated) {
      if (contents.length + commonPrefixes.length >= maxKeys)
        return { contents, commonPrefixes, truncated: true, ...(last === undefined ? {} : { last }) };
      last = common ?? key;
      if (common === undefined) contents.push({ key, value: cursor.value as V });
      else commonPrefixes.push(common);
    }
    if (common === undefined) {
      cursor.next();
    } else {
      const beyond = afterPrefix(common);
      if (beyond === undefined) break;
      cursor = map.seek(beyond);
    }
  }
  return { contents, commonPrefixes, truncated: false, ...(last === undefined ? {} : { last }) };
}
