import type { Answer } from '#shared/runtime/transport.ts';
import { MalformedAnswer } from './exchange.ts';
import type { Provider } from './providers.ts';

/** What a proxy or a sign-in page answers with 200 is neither an object nor a receipt for one. */
export function checkIsOfStore({ headers }: Answer): void {
  if (!headers.etag && !headers['x-amz-request-id'] && !headers['x-obs-request-id'])
    throw new MalformedAnswer('has neither an ETag nor a request id');
}

/** Bytes of the object that HEAD is about. */
export function sizeOf({ headers }: Answer): number {
  const length = headers['content-length'] ?? '';
  if (!/^\d{1,15}$/.test(length)) throw new MalformedAnswer('does not tell the size');
  return Number(length);
}

export function kindOf({ headers }: Answer): { readonly contentType?: string; readonly storageClass?: string } {
  const contentType = headers['content-type'];
  const storageClass = headers['x-amz-storage-class'] ?? headers['x-obs-storage-class'];
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(typeof storageClass === 'string' ? { storageClass } : {}),
  };
}

/** @throws MalformedAnswer where the body is not all of the object, or nobody could say whether it is */
export function wholeBodyOf({ status, headers, body }: Answer): Buffer {
  if (status !== 200) throw new MalformedAnswer('is a part of an object that was asked for as a whole');
  // A body that ends with its connection may be cut, and nobody would know.
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    throw new MalformedAnswer('does not tell its length');
  return body;
}

/** ETag, without quotes and, of a provider with upper-case ones, in lower case; and time of the object. */
export function stateOf(
  { headers }: Answer,
  { upperCaseEtag }: Pick<Provider, 'upperCaseEtag'>,
): { readonly etag?: string; readonly lastModified?: number } {
  const etag = headers.etag?.replaceAll('"', '');
  const lastModified = Date.parse(headers['last-modified'] ?? '');
  return {
    ...(etag ? { etag: upperCaseEtag ? etag.toLowerCase() : etag } : {}),
    ...(Number.isNaN(lastModified) ? {} : { lastModified }),
  };
}
