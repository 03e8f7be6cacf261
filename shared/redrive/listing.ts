import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { DocumentSource, FoundDocument } from './document.ts';

/** One prefix of the state bucket and what lies below it. */
export interface Source {
  readonly source: DocumentSource;
  readonly prefix: string;
}

/** How far a run has come: everything up to this document has been looked at. */
export interface Position {
  readonly source: DocumentSource;
  readonly name: string;
}

/** Objects of one page of a listing, the most that a store gives. */
const PAGE = 1000;

/**
 * Every document below the prefixes, one prefix after the other, in the order of their names, which is the order of
 * their times. One page is held at a time. A document that is written while the listing runs may appear in it or not.
 *
 * @param from begins behind this document, goes round and ends with it, so that a run that never gets to the end does
 *   not begin with the same documents each time
 * @throws ObjectStoreError where the bucket cannot be listed
 */
export async function* listDocuments(
  store: ObjectStore,
  bucket: string,
  sources: readonly Source[],
  from?: Position,
): AsyncGenerator<FoundDocument> {
  const first = sources.findIndex(({ source }) => source === from?.source);
  if (from === undefined || first < 0) {
    for (const each of sources) yield* listSource(store, bucket, each);
    return;
  }
  for (const each of sources.slice(first)) yield* listSource(store, bucket, each, from.name);
  for (const [index, each] of sources.slice(0, first + 1).entries())
    for await (const found of listSource(store, bucket, each)) {
      if (index === first && compareUtf8(found.name, from.name) > 0) return;
      yield found;
    }
}

/** @param after begins behind this name, where it is one below the prefix */
async function* listSource(
  store: ObjectStore,
  bucket: string,
  { source, prefix }: Source,
  after?: string,
): AsyncGenerator<FoundDocument> {
  let startAfter = after?.startsWith(prefix) ? after : undefined;
  let token: string | undefined;
  do {
    const page = await store.listObjects({
      bucket,
      prefix,
      maxKeys: PAGE,
      ...(token === undefined ? startAfter !== undefined && { startAfter } : { continuationToken: token }),
    });
    // A console shows a folder where an empty object of that name lies.
    for (const { key, size, lastModified } of page.objects)
      if (!(key.endsWith('/') && size === 0)) yield { source, name: key, size, lastModified };
    token = page.nextToken;
    startAfter = undefined;
  } while (token !== undefined);
}
