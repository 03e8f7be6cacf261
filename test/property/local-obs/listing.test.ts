import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromByteKey, toByteKey } from '../../../scripts/local/obs/byte-key.ts';
import { listPage } from '../../../scripts/local/obs/listing.ts';
import { urlEncodeListed } from '../../../scripts/local/obs/operations/list-objects.ts';
import { SortedMap } from '../../../scripts/local/obs/sorted-map.ts';
import { element, parseXml } from '../../../scripts/local/obs/xml.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_930;

/** Keys that share prefixes and delimiters, with characters on both sides of the surrogates. */
const key = fc
  .array(
    fc.constantFrom('a', 'b', '/', '//', '-', ' ', '+', '%', '\r', '\u0001', 'é', '报', '～', '\ufffd', '😀', '𝄞'),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));
const keys = fc.uniqueArray(key, { maxLength: 60 });
const prefix = fc.oneof(fc.constant(''), key);
const delimiter = fc.constantFrom('', '/', '//', '-', '报', '😀', 'ab');

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

interface Listed {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
}

/** The names of a listing, computed from the whole set of keys with nothing but Buffer.compare. */
function oracle(
  all: readonly string[],
  prefix: string,
  delimiter: string,
  after: string,
): (readonly [string, boolean])[] {
  const names = new Map<string, boolean>();
  for (const key of all) {
    if (!Buffer.from(key).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix))) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) names.set(key, false);
    else names.set(key.slice(0, end + delimiter.length), true);
  }
  return [...names]
    .filter(([name]) => after === '' || compareBytes(name, after) > 0)
    .sort(([a], [b]) => compareBytes(a, b));
}

function split(names: readonly (readonly [string, boolean])[]): Listed {
  return {
    keys: names.filter(([, common]) => !common).map(([name]) => name),
    prefixes: names.filter(([, common]) => common).map(([name]) => name),
  };
}

const mapOf = (all: readonly string[]): SortedMap<string> =>
  SortedMap.from(new Map(all.map((key) => [toByteKey(key), key])));

describe('listings', () => {
  it('are what sorting all names by their bytes gives, whatever the page sizes', () => {
    fc.assert(
      fc.property(
        keys,
        prefix,
        delimiter,
        fc.oneof(fc.constant(''), key),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        (all, prefix, delimiter, startAfter, sizes) => {
          const map = mapOf(all);
          const found: { keys: string[]; prefixes: string[] } = { keys: [], prefixes: [] };
          let after: string = toByteKey(startAfter);
          for (let page = 0; ; page++) {
            const maxKeys = sizes[page % sizes.length] ?? 1;
            const listed = listPage(map, {
              prefix: toByteKey(prefix),
              delimiter: toByteKey(delimiter),
              after,
              maxKeys,
            });
            found.keys.push(...listed.contents.map(({ key }) => fromByteKey(key)));
            found.prefixes.push(...listed.commonPrefixes.map(fromByteKey));
            expect(listed.contents.length + listed.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
            if (!listed.truncated) break;
            expect(listed.contents.length + listed.commonPrefixes.length).toBe(maxKeys);
            after = listed.last ?? '';
          }
          expect(found).toEqual(split(oracle(all, prefix, delimiter, startAfter)));
        },
      ),
      { seed: SEED, numRuns: runs(1500) },
    );
  });

  it('never lose or repeat a key that is there all the time, while others come and go', () => {
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.tuple(key, fc.boolean()), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (all, changes, maxKeys) => {
          const map = mapOf(all);
          const stable = new Set(all.filter((key) => !changes.some(([changed]) => changed === key)));
          const seen: string[] = [];
          let after = '';
          for (let page = 0; ; page++) {
            const listed = listPage(map, { prefix: '', delimiter: '', after, maxKeys });
            seen.push(...listed.contents.map(({ value }) => value));
            if (!listed.truncated) break;
            after = listed.last ?? '';
            const [changed, add] = changes[page % Math.max(1, changes.length)] ?? [undefined, false];
            if (changed === undefined) continue;
            if (add) map.set(toByteKey(changed), changed);
            else map.delete(toByteKey(changed));
          }
          expect(seen.filter((key) => stable.has(key))).toEqual([...stable].sort(compareBytes));
        },
      ),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});

it('a sorted map behaves as a map that is sorted when asked', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(4000)), { maxLength: 3000, size: 'max' }), (changes) => {
      const map = new SortedMap<number>();
      const model = new Map<string, number>();
      for (const [index, [add, number]] of changes.entries()) {
        const name = String(number);
        if (add) {
          map.set(name, index);
          model.set(name, index);
        } else expect(map.delete(name)).toBe(model.delete(name));
      }
      expect(map.size).toBe(model.size);
      expect([...map.entries()]).toEqual([...model].sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
    { seed: SEED, numRuns: 30 },
  );
});

describe('names in documents', () => {
  const anyKey = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

  it('come back from the XML that they were written to', () => {
    fc.assert(
      fc.property(fc.oneof(key, anyKey), (name) => {
        expect(parseXml(element('Key', name)).text).toBe(name);
      }),
      { seed: SEED, numRuns: runs(1000) },
    );
  });

  it('come back from encoding-type=url, which is plain ASCII', () => {
    fc.assert(
      fc.property(fc.oneof(key, anyKey), (name) => {
        const encoded = urlEncodeListed(name);
        expect(encoded).toMatch(/^[A-Za-z0-9\-_.~*+/%]*$/);
        expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(name);
      }),
      { seed: SEED, numRuns: runs(1000) },
    );
  });
});
