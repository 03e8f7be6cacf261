import { isObjectKey } from '#shared/encoding/object-key.ts';
import { ObjectLister } from '#shared/listing/lister.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { DocumentSource, FoundDocument } from './document.ts';

export interface Source {
  readonly source: DocumentSource;
  readonly prefix: string;
}

/** How far a run has come: everything up to this document has been looked at. */
export interface Position {
  readonly source: DocumentSource;
  readonly name: string;
}

export interface ListingOptions {
  /**
   * Begins behind this document, goes round and ends with it, so that a run that never gets to the end does not begin
   * with the same documents each time.
   */
  readonly from?: Position | undefined;
  /** Asked before every page but the first of a prefix: a listing may have many pages without a document. */
  readonly goesOn?: () => boolean;
  /** Told of a prefix that cannot be listed to its end; the others are listed all the same. Thrown where it is left out. */
  readonly onFault?: ((error: unknown, source: Source) => void) | undefined;
}

/** Objects of one page of a listing, the most that a store gives. */
const PAGE = 1000;

/**
 * Every document below the prefixes, one prefix after the other, in the order of their names, which is the order of
 * their times. One page is held at a time. A document that is written while the listing runs may appear in it or not.
 *
 * A listing that repeats itself, goes back or leads nowhere comes to an end (ObjectLister).
 */
export async function* listDocuments(
  store: ObjectStore,
  bucket: string,
  sources: readonly Source[],
  { from, goesOn = () => true, onFault }: ListingOptions = {},
): AsyncGenerator<FoundDocument> {
  const lister = new ObjectLister({ store, pageKeys: PAGE });
  for (const { after, until, ...each } of partsOf(sources, from)) {
    const { source, prefix } = each;
    const range = { ...(after !== undefined && { after }), ...(until !== undefined && { until }) };
    try {
      for await (const { objects, last } of lister.pages({ bucket, prefix, ...range })) {
        // A console shows a folder where an empty object of that name lies.
        for (const { key, size, lastModified } of objects)
          if (!(key.endsWith('/') && size === 0)) yield { source, name: key, size, lastModified };
        if (!last && !goesOn()) return;
      }
    } catch (error) {
      if (!onFault) throw error;
      onFault(error, each);
    }
  }
}

interface Part extends Source {
  /** Exclusive. */
  readonly after?: string;
  /** Inclusive. */
  readonly until?: string;
}

/** A position that leads nowhere is the beginning. */
function partsOf(sources: readonly Source[], from: Position | undefined): readonly Part[] {
  const at = sources.findIndex(({ source, prefix }) => source === from?.source && from.name.startsWith(prefix));
  const first = sources[at];
  if (from === undefined || first === undefined || !isObjectKey(from.name)) return sources;
  return [
    { ...first, after: from.name },
    ...sources.slice(at + 1),
    ...sources.slice(0, at),
    { ...first, until: from.name },
  ];
}
