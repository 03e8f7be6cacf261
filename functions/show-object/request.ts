import * as z from 'zod/mini';
import { decodeRfc3986Key } from '#shared/encoding/decode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { checkObjectKey, type ObjectKey } from '#shared/encoding/object-key.ts';
import type { HttpRequest } from '#shared/platform/gateway-event.ts';
import { readParameters } from '#shared/platform/parameters.ts';
import { ValidationError } from '#shared/validation/errors.ts';

/** Query of GET /objects. */
export const showObjectRequest = z.strictObject({
  bucket: z.string().check(z.minLength(3), z.maxLength(63)),
  /** Decoded by the gateway, as every parameter is. */
  key: z.string().check(z.minLength(1)),
  /** The key is percent-encoded once more, as a log or OMS shows it. */
  encoded: z.optional(z.enum(['true', 'false'])),
});

/** @throws ValidationError */
export function readRequest(request: HttpRequest): { readonly bucket: string; readonly key: ObjectKey } {
  const { bucket, key, encoded } = readParameters(showObjectRequest, request);
  // The gateway may have put it in place of bytes that are no UTF-8: another object than the one that was asked for.
  if (encoded !== 'true' && key.includes('\ufffd'))
    throw new ValidationError([
      {
        path: 'key',
        rule: 'invalid_utf8',
        message:
          'key has U+FFFD, which replaces bytes that are not UTF-8. If the name has it, send %EF%BF%BD and encoded=true.',
      },
    ]);
  try {
    return { bucket, key: encoded === 'true' ? decodeRfc3986Key(key) : checkObjectKey(key) };
  } catch (error) {
    if (!(error instanceof KeyEncodingError)) throw error;
    throw new ValidationError([error.toProblem('key')]);
  }
}
