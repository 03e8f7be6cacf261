import fc from 'fast-check';
import { objectKey } from '../../encoding/arbitraries.ts';

/** A bucket of names that people and programs make, and of some that nobody would. */
export const bucketKeys: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.array(
      fc.oneof(
        // Any names at all.
        fc.array(objectKey, { maxLength: 20 }),
        // Numbers behind something in common, long or short.
        fc
          .tuple(
            objectKey.filter((key) => Buffer.byteLength(key) < 1000),
            fc.nat(1_000_000),
            fc.integer({ min: 1, max: 99 }),
            fc.nat(60),
          )
          .map(([prefix, start, step, count]) =>
            Array.from({ length: count }, (_, index) => prefix + String(start + step * index).padStart(8, '0')),
          ),
        // One name that goes on and on.
        fc
          .tuple(objectKey, fc.nat(40))
          .map(([part, count]) => Array.from({ length: count }, (_, index) => part.repeat(index + 1))),
        // Neighbours in every sense.
        fc
          .tuple(
            objectKey,
            fc.constantFrom(
              '\0',
              '\u0001',
              ' ',
              '~',
              '\u007f',
              '\u0080',
              '\u07ff',
              '\ud7ff',
              '\ue000',
              '\ufffd',
              '\ufffe',
              '\uffff',
              '\u{10000}',
              '\u{10fffd}',
              '\u{10ffff}',
            ),
          )
          .map(([key, edge]) => [key, key + edge, key + edge + edge, `${key}${edge}a`, `${key}${edge}b`, edge + key]),
        // Nothing but the ends of what UTF-8 can say.
        fc
          .integer({ min: 1, max: 256 })
          .map((count) => Array.from({ length: 4 }, (_, index) => '\u{10ffff}'.repeat(count - (index % count)))),
      ),
      { maxLength: 5 },
    ),
    fc.constantFrom('', '', 'p/', '报/', '😀'),
  )
  .map(([groups, prefix]) =>
    [...new Set(groups.flat().map((key) => prefix + key))].filter((key) => Buffer.byteLength(key) <= 1024),
  );
