import { MalformedListingError } from '../errors.ts';
import type { ObjectPage } from '../port.ts';
import type { Provider } from '../providers.ts';
import { parseListPage } from './list-page.ts';

/**
 * Reads the answer to a listing without delimiter as its provider means it.
 *
 * @param token with which the page was asked for; undefined for the first one
 * @throws MalformedListingError also for a page that hides objects behind common prefixes, and for one whose token
 *   leads back to itself or to nothing that a ListObjectsV2 understands
 */
export function readListAnswer(
  body: Buffer,
  provider: Pick<Provider, 'listVersion' | 'upperCaseEtag'>,
  token: string | undefined,
): ObjectPage {
  const page = parseListPage(body);
  if (page.commonPrefixes.length > 0)
    throw new MalformedListingError('has common prefixes, which nobody asked for, in place of objects');
  const objects = provider.upperCaseEtag ? page.objects.map(withLowerCaseEtag) : page.objects;
  if (!page.isTruncated) return { objects };
  const nextToken = provider.listVersion === 2 ? page.continuationToken : page.nextToken;
  if (nextToken === undefined)
    throw new MalformedListingError(
      'says that there are more, and has no NextContinuationToken: the store may know version 1 of ListObjects only',
    );
  if (nextToken === token) throw new MalformedListingError('leads back to itself');
  return { objects, nextToken };
}

function withLowerCaseEtag<T extends { readonly etag?: string }>(object: T): T {
  return object.etag === undefined ? object : { ...object, etag: object.etag.toLowerCase() };
}
