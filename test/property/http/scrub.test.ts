import fc from 'fast-check';
import { describe, it } from 'vitest';
import { scrub } from '#shared/http/scrub.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20260103;

describe('scrub', () => {
  it('leaves no secret in any text, plain or percent-encoded', () => {
    const secret = fc
      .string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 60 })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(
        secret,
        fc.string({ unit: 'binary', maxLength: 100 }),
        fc.string({ unit: 'binary', maxLength: 100 }),
        fc.boolean(),
        (hidden, before, after, encoded) => {
          const form = encoded ? encodeURIComponent(hidden) : hidden;
          return !scrub(before + form + after, [hidden]).includes(form);
        },
      ),
      { seed: SEED, numRuns: runs(1000) },
    );
  });
});
