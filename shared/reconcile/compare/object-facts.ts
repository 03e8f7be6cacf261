import type { ListedObject } from '#shared/objectstore/port.ts';

export type ObjectFacts = ListedObject;

/** A page of a listing, as the listers give them. An empty page is no end. */
export interface FactsPage {
  readonly objects: readonly ObjectFacts[];
  /** Milliseconds since the epoch when the page was asked for; when the diff asked its lister where it is left out. */
  readonly listedAt?: number;
  /** The page is the last, and not on the store's word alone. */
  readonly isEndSeen?: boolean;
}
