import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedListingError } from '#shared/objectstore/errors.ts';
import { parseListPage } from '#shared/objectstore/page/list-page.ts';
import { childrenOf, childText, parseXml } from '../../../../scripts/local/obs/xml.ts';
import { runs } from '../../../helpers/thorough.ts';
import { objectKey } from '../../encoding/arbitraries.ts';
import { choices, listedObject, RUN, writePage } from './pages.ts';

const pages = fc.record({
  objects: fc.array(listedObject, { maxLength: 12 }),
  commonPrefixes: fc.array(objectKey, { maxLength: 3 }),
  url: fc.boolean(),
  version: fc.constantFrom(1, 2),
});

describe('a page in any of its spellings', () => {
  it('is read as what was written', () => {
    fc.assert(
      fc.property(pages, choices, (model, choose) => {
        const page = parseListPage(Buffer.from(writePage(model, choose)));

        expect(page.objects).toEqual(model.objects);
        expect(page.commonPrefixes).toEqual(model.commonPrefixes);
      }),
      RUN,
    );
  });

  it('is read as an XML parser of another author reads it', () => {
    fc.assert(
      fc.property(pages, choices, (model, choose) => {
        const xml = writePage({ ...model, url: false }, choose);
        const root = parseXml(xml);

        const page = parseListPage(Buffer.from(xml));

        expect(page.objects.map(({ key, size }) => [key, String(size)])).toEqual(
          childrenOf(root, 'Contents').map((entry) => [childText(entry, 'Key'), childText(entry, 'Size')]),
        );
        expect(page.commonPrefixes).toEqual(
          childrenOf(root, 'CommonPrefixes').map((entry) => childText(entry, 'Prefix')),
        );
        expect(page.isTruncated).toBe(childText(root, 'IsTruncated') === 'true');
      }),
      RUN,
    );
  });
});

describe('a damaged page', () => {
  it('is never read as another one: it is refused wherever it is cut', () => {
    fc.assert(
      fc.property(
        pages,
        choices,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (model, choose, share) => {
          const body = Buffer.from(writePage(model, choose));
          const cut = body.subarray(0, Math.floor(body.length * share));

          expect(() => parseListPage(cut)).toThrow(MalformedListingError);
        },
      ),
      RUN,
    );
  });

  it('fails in no other way, whatever bytes it has', () => {
    const tokens = fc.array(
      fc.oneof(
        fc.constantFrom(
          '<ListBucketResult>',
          '</ListBucketResult>',
          '<Contents>',
          '</Contents>',
          '<Key>',
          '</Key>',
          '<Size>1</Size>',
        ),
        fc.constantFrom(
          '<!--',
          '-->',
          '<![CDATA[',
          ']]>',
          '<?',
          '?>',
          '<',
          '>',
          '/>',
          '&',
          ';',
          '"',
          '=',
          '<a b="c"',
          '</',
          '<!',
        ),
        fc.constantFrom(
          '<IsTruncated>false</IsTruncated>',
          '<EncodingType>url</EncodingType>',
          '<KeyCount>',
          '\ufeff',
          ' ',
        ),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          tokens.map((parts) => Buffer.from(`<ListBucketResult>${parts.join('')}`)),
          fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
        ),
        (body) => {
          try {
            const page = parseListPage(body);
            expect(body.toString().trimEnd()).toMatch(/(>|\?>|-->)$/);
            expect(page.isTruncated).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedListingError);
          }
        },
      ),
      { ...RUN, numRuns: runs(3000) },
    );
  });
});
