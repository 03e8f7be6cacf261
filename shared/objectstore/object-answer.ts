import { UnexpectedAnswer } from '#shared/http/signed-call.ts';
import type { Answer } from '#shared/http/transport.ts';
import type { Provider } from './providers.ts';

/** Refuses a 200 of a proxy or a sign-in page, which is neither an object nor a receipt. */
export function checkIsOfStore({ headers }: Answer): void {
  if (!headers.etag && !headers['x-amz-request-id'] && !headers['x-obs-request-id'])
    throw new UnexpectedAnswer('has neither an ETag nor a request id');
}

/** Beginning of an error document: a store that fails after it sent its status writes one into a 200. */
const ERROR_DOCUMENT = /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?<Error[\s>]/;

/** Checks the receipt for a written object: an ETag, or at least nothing that contradicts success. */
export function checkIsReceipt(answer: Answer): void {
  checkIsOfStore(answer);
  const { headers, body } = answer;
  const text = body.toString('utf8');
  if (ERROR_DOCUMENT.test(text)) throw new UnexpectedAnswer('is an error with a status of success');
  if (!headers.etag && text.trim() !== '')
    throw new UnexpectedAnswer('has a body, where none is documented, and no ETag');
}

export function sizeOf({ headers }: Answer): number {
  const length = headers['content-length'] ?? '';
  if (!/^\d{1,15}$/.test(length)) throw new UnexpectedAnswer('does not tell the size');
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

/** @throws UnexpectedAnswer where the body is not all of the object, or nobody could say whether it is */
export function wholeBodyOf({ headers, body }: Answer): Buffer {
  // An object that is such a document itself has an ETag.
  if (!headers.etag && ERROR_DOCUMENT.test(body.toString('utf8', 0, 1_000)))
    throw new UnexpectedAnswer('is an error with a status of success');
  // A body that ends with its connection may be cut, and nobody would know.
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    throw new UnexpectedAnswer('does not tell its length');
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
