import { ListingCheck, type ListRequest } from '#shared/listing/lister.ts';
import type { FactsPage } from '#shared/reconcile/compare/diff.ts';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';

/** A listing of pages that are at hand, checked as a lister checks them. */
export async function* pagesOf(
  pages: readonly (FactsPage | Error)[],
  range: Pick<ListRequest, 'prefix' | 'after' | 'until'> = {},
): AsyncGenerator<FactsPage> {
  const check = new ListingCheck({ bucket: 'bucket', ...range });
  for (const page of pages) {
    if (page instanceof Error) throw page;
    yield { ...page, objects: check.take(page, undefined) };
  }
}

/** Cuts objects into pages: the sizes again and again, 0 for a page without objects. */
export function paged(objects: readonly ObjectFacts[], sizes: readonly number[]): FactsPage[] {
  const pages: FactsPage[] = [];
  const usable = sizes.some((size) => size > 0) ? sizes : [1];
  for (let start = 0, turn = 0; start < objects.length; turn += 1) {
    const size = usable[turn % usable.length] ?? 1;
    pages.push({ objects: objects.slice(start, start + size) });
    start += size;
  }
  return pages;
}
