import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toStoreError } from '#shared/objectstore/answer.ts';
import { ObjectStoreError } from '#shared/objectstore/errors.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20261122;
const secret = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .filter((text) => !/[<>&\s]/.test(text));
const call = { operation: 'GetObject', bucket: 'b', isObject: true, attempts: 1, afterUncertain: false };

describe('toStoreError', () => {
  it('makes of any answer an error whose texts are our own', () => {
    const piece = fc.oneof(
      fc.constantFrom('<Error>', '</Error>', '<Code>', '</Code>', '<?xml version="1.0"?>', ' ', '\n', 'NoSuchKey', '<'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const body = fc.oneof(
      fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    const header = fc.string({ unit: 'binary', maxLength: 30 });
    const headers = fc.record(
      { 'x-obs-request-id': header, 'x-amz-request-id': header, 'x-obs-error-code': header, 'retry-after': header },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), body, headers, (status, bytes, given) => {
        const error = toStoreError({ status, headers: given, body: bytes }, { ...call, secrets: [] }, 0);
        expect(error).toBeInstanceOf(ObjectStoreError);
        expect(error.message).toMatch(
          /^The object store answered \d{3}(?: [A-Za-z][\w.-]{0,49})? to GetObject in bucket b\.(?: The (?:bucket is in|clock of this machine) [\w '.,:;()-]+)?$/,
        );
        expect(error.requestId ?? 'x').toMatch(/^[\x21-\x7e]{1,128}$/);
        expect(error.retryAfter ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('keeps no secret that an answer repeats, whole or cut', () => {
    fc.assert(
      fc.property(secret, fc.nat(), (text, cut) => {
        const part = text.slice(0, Math.max(8, cut % (text.length + 1)));
        const body = Buffer.from(`<Error><Code>${part}</Code><Message>${part}</Message></Error>`);
        const error = toStoreError(
          { status: 403, headers: { 'x-obs-request-id': part, 'x-obs-error-code': part }, body },
          { ...call, secrets: [text] },
          0,
        );
        expect(error.requestId).toBeUndefined();
        expect(error.storeCode).toBeUndefined();
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('takes no time worth mentioning for the worst document', () => {
    for (const part of ['<Error>', '<Code>', '<Code> ', '<?xml ', ' ', '<Error><Code>a']) {
      const body = Buffer.from(`<Error>${part.repeat(Math.floor(65_000 / part.length))}`);
      toStoreError({ status: 400, headers: {}, body }, { ...call, secrets: [] }, 0);
    }
  });
});
