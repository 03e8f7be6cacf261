import { describe, expect, it } from 'vitest';
import { MalformedListingError } from '#shared/objectstore/errors.ts';
import { parseListPage } from '#shared/objectstore/page/list-page.ts';

const TIME = '<LastModified>2026-09-30T11:24:42.533Z</LastModified>';
const MS = Date.UTC(2026, 8, 30, 11, 24, 42, 533);
const LAST = '<IsTruncated>false</IsTruncated>';

const entry = (inner: string): string => `<Contents>${inner}</Contents>`;
const object = (key: string): string => entry(`<Key>${key}</Key>${TIME}<Size>1</Size>`);
const page = (inner: string): Buffer => Buffer.from(`<ListBucketResult>${inner}</ListBucketResult>`);
const read = (inner: string) => parseListPage(page(inner));
const keys = (inner: string): string[] => read(inner).objects.map(({ key }) => key);

function malformed(body: Buffer | string): MalformedListingError {
  try {
    parseListPage(Buffer.from(body));
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedListingError);
    return error as MalformedListingError;
  }
  throw new Error('the page was read');
}

describe('a page of ListObjectsV2', () => {
  /** The example of https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, with two objects. */
  const example = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>amzn-s3-demo-bucket</Name>
  <Prefix/>
  <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
  <KeyCount>2</KeyCount>
  <MaxKeys>2</MaxKeys>
  <IsTruncated>true</IsTruncated>
  <Contents>
    <Key>happyface.jpg</Key>
    <LastModified>2014-11-21T19:40:05.000Z</LastModified>
    <ETag>"70ee1738b6b21e2c8a43f3a5ab0eee71"</ETag>
    <ChecksumAlgorithm>CRC32</ChecksumAlgorithm>
    <Size>11</Size>
    <Owner><ID>852b113e7a2f25102679df27bb0ae12b3f85be6f290b936c4393484be31bebcc</ID><DisplayName>x</DisplayName></Owner>
    <StorageClass>STANDARD</StorageClass>
  </Contents>
  <Contents><Key>myfile</Key>${TIME}<Size>0</Size></Contents>
</ListBucketResult>
`;

  it('gives the objects in its order, the token, and nothing for what is absent', () => {
    expect(parseListPage(Buffer.from(example))).toEqual({
      objects: [
        {
          key: 'happyface.jpg',
          size: 11,
          lastModified: Date.UTC(2014, 10, 21, 19, 40, 5),
          etag: '70ee1738b6b21e2c8a43f3a5ab0eee71',
          storageClass: 'STANDARD',
        },
        { key: 'myfile', size: 0, lastModified: MS },
      ],
      commonPrefixes: [],
      isTruncated: true,
      continuationToken: '1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=',
      nextToken: '1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=',
    });
  });

  it('may have its fields behind its entries', () => {
    expect(keys(`${object('a%2Bb+c')}<EncodingType>url</EncodingType>${LAST}`)).toEqual(['a+b c']);
  });

  it('is empty when it says so', () => {
    expect(read(`<KeyCount>0</KeyCount>${LAST}`)).toEqual({ objects: [], commonPrefixes: [], isTruncated: false });
  });

  it('must hold as many entries as it says', () => {
    expect(keys(`<KeyCount>1</KeyCount>${LAST}${object('a')}`)).toEqual(['a']);
    for (const count of ['0', '2', '', '-1', '1e0', ' 1'])
      expect(malformed(page(`<KeyCount>${count}</KeyCount>${LAST}${object('a')}`)).reason).toMatch(/KeyCount/);
  });

  it('may count its common prefixes or not', () => {
    const prefixes = '<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>';
    for (const count of [1, 2])
      expect(read(`<KeyCount>${count}</KeyCount>${LAST}${object('a')}${prefixes}`).commonPrefixes).toEqual(['d/']);
    expect(malformed(page(`<KeyCount>3</KeyCount>${LAST}${object('a')}${prefixes}`)).reason).toMatch(/2 entries/);
  });
});

describe('a page of ListObjects', () => {
  const more = '<IsTruncated>true</IsTruncated>';

  it('continues from its last key, whatever NextMarker says', () => {
    expect(read(`${more}${object('a')}${object('b')}`).nextToken).toBe('b');
    expect(read(`${more}<NextMarker>a</NextMarker>${object('a')}${object('b')}`)).toMatchObject({
      nextToken: 'b',
      nextMarker: 'a',
    });
  });

  it('continues from NextMarker where the last entry may be a common prefix, and where there is none', () => {
    const prefix = '<CommonPrefixes><Prefix>z/</Prefix></CommonPrefixes>';
    expect(read(`${more}<NextMarker>z/</NextMarker>${object('a')}${prefix}`).nextToken).toBe('z/');
    expect(read(`${more}<NextMarker>m</NextMarker>`).nextToken).toBe('m');
  });

  it('has markers and prefixes that are encoded like its keys', () => {
    expect(
      read(
        `${more}<EncodingType>url</EncodingType><NextMarker>z%2F+</NextMarker><CommonPrefixes><Prefix>z%2F+</Prefix></CommonPrefixes>`,
      ),
    ).toMatchObject({ nextToken: 'z/ ', nextMarker: 'z/ ', commonPrefixes: ['z/ '] });
  });

  it('is refused where it says that there are more, and not how to get them', () => {
    expect(malformed(page(more)).reason).toMatch(/not how to get them/);
    expect(malformed(page(`${more}<NextContinuationToken/><NextMarker></NextMarker>`)).reason).toMatch(/not how/);
  });

  it('is refused where it does not say whether there are more', () => {
    for (const field of ['', '<IsTruncated/>', '<IsTruncated>TRUE</IsTruncated>', '<IsTruncated>0</IsTruncated>'])
      expect(malformed(page(field + object('a'))).reason).toMatch(/whether it is the last/);
  });
});

describe('a key', () => {
  it.each([
    ['a&amp;b', 'a&b'],
    ['&lt;&gt;&quot;&apos;', '<>"\''],
    ['a&#13;b&#xD;c&#x0d;d', 'a\rb\rc\rd'],
    ['&#9;&#x9;&#10;', '\t\t\n'],
    ['&#128512;&#x1F600;&#x1f600;😀', '😀😀😀😀'],
    ['&#x1;', '\u0001'],
    ['&#xFFFD;\ufffd\uffff', '\ufffd\ufffd\uffff'],
    ['&amp;amp;', '&amp;'],
    ['  a  ', '  a  '],
    ['\u00a0a\u00a0', '\u00a0a\u00a0'],
    [' ', ' '],
    ['<![CDATA[a<b>&amp;]]>', 'a<b>&amp;'],
    ['a<![CDATA[<]]>b&amp;<![CDATA[]]]]><![CDATA[>]]>', 'a<b&]]>'],
    ['a<!-- b -->c', 'ac'],
    ['a<!-->-->c', 'ac'],
    ['0012', '0012'],
    ['a+b%20c%2F', 'a+b%20c%2F'],
    ['100%', '100%'],
    ['../x', '../x'],
    ['a]]>b', 'a]]>b'],
  ])('written as %j is read as it was', (written, key) => {
    expect(keys(LAST + object(written))).toEqual([key]);
  });

  it.each([
    ['a+b', 'a b'],
    ['a%20b%2Bc', 'a b+c'],
    ['%E6%8A%A5%F0%9F%98%80', '报😀'],
    ['a%0Db%00', 'a\rb\0'],
    ['%252B', '%2B'],
    ['a&amp;%26', 'a&&'],
    ['报告', '报告'],
  ])('%j is decoded in form style where the page says that it is encoded', (written, key) => {
    expect(keys(`<EncodingType>url</EncodingType>${LAST}${object(written)}`)).toEqual([key]);
  });

  it('is not decoded where the page does not say that it is encoded', () => {
    for (const type of ['', '<EncodingType/>', '<EncodingType></EncodingType>'])
      expect(keys(type + LAST + object('a%2Bb+c'))).toEqual(['a%2Bb+c']);
  });

  it.each(['%', '%4', '%zz', '%E4%BD', '%ED%A0%80', '%C0%AF', 'a+%'])(
    '%j is refused where it should be encoded',
    (written) => {
      const { reason } = malformed(page(`<EncodingType>url</EncodingType>${LAST}${object('a')}${object(written)}`));
      expect(reason).toMatch(/percent-encoding in object 2$/);
    },
  );

  it('in an encoding that is not known is refused', () => {
    expect(malformed(page(`<EncodingType>base64</EncodingType>${LAST}`)).reason).toMatch(/encoding of names/);
  });

  it.each([
    '&',
    'a&b',
    '&;',
    '&nbsp;',
    '&AMP;',
    '&#;',
    '&#x;',
    '&#xD800;',
    '&#55357;',
    '&#x110000;',
    '&#1114112;',
    '&#-1;',
    '&#x1',
    '&constructor;',
    '&toString;',
    '&#x000000000041;',
  ])('with the reference %j is refused', (written) => {
    expect(malformed(page(LAST + object(written))).reason).toMatch(
      /reference that stands for no character, at byte 65$/,
    );
  });
});

describe('an object', () => {
  const one = (inner: string) => read(LAST + entry(`<Key>k</Key>${TIME}<Size>1</Size>${inner}`)).objects[0];

  it.each([
    ['&quot;abc&quot;', 'abc'],
    ['"abc"', 'abc'],
    ['&#34;abc&#34;', 'abc'],
    ['&quot;abc"', 'abc'],
    ['abc', 'abc'],
    ['&quot;a-3&quot;', 'a-3'],
    ['"', '"'],
    ['', ''],
    ['&quot;&quot;', ''],
    ['&quot;', '"'],
    ['&quot;a&amp;b&quot;', 'a&b'],
    ['<![CDATA["abc"]]>', 'abc'],
    ['&quot;a&quot;<![CDATA[b]]>', '"a"b'],
    ['&quot;é&quot;', 'é'],
  ])('with the ETag %j has it without quotes', (written, etag) => {
    expect(one(`<ETag>${written}</ETag>`)?.etag).toBe(etag);
  });

  it('has the storage class that its own entry names', () => {
    const classes = ['STANDARD', 'STANDARD', 'WARM', 'COLD', 'COLD', 'a&amp;b', 'COLD'];
    const entries = classes.map((name, index) =>
      entry(`<Key>${index}</Key>${TIME}<Size>1</Size><StorageClass>${name}</StorageClass>`),
    );
    expect(read(LAST + entries.join('')).objects.map(({ storageClass }) => storageClass)).toEqual(
      classes.map((name) => name.replace('&amp;', '&')),
    );
  });

  it.each([
    ['2026-09-30T11:24:42.533Z', MS],
    ['2026-09-30T11:24:42Z', MS - 533],
    ['2026-09-30T11:24:42.5Z', MS - 33],
    ['2026-09-30T11:24:42.533999999Z', MS],
    ['2026-09-30T13:24:42.533+02:00', MS],
    ['2024-02-29T00:00:00.000Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0001-01-01T00:00:00.000Z', -62_135_596_800_000],
    ['<![CDATA[2026-09-30T11:24:42.533Z]]>', MS],
  ])('changed at %s has that time', (written, ms) => {
    const entries = entry(`<Key>a</Key>${TIME}<Size>1</Size>`).repeat(2);
    const last = entry(`<Key>k</Key><LastModified>${written}</LastModified><Size>1</Size>`);
    expect(read(LAST + entries + last).objects.at(-1)?.lastModified).toBe(ms);
  });

  it.each([
    '',
    'yesterday',
    '2026-09-31T00:00:00.000Z',
    '2026-02-29T00:00:00.000Z',
    '2026-02-30T00:00:00Z',
    '2026-00-10T00:00:00.000Z',
    '2026-13-10T00:00:00.000Z',
    '2026-09-00T00:00:00.000Z',
    '2026-09-30T25:00:00.000Z',
    '2026-09-30T11:60:00.000Z',
    '2026-09-30T11:24:61.000Z',
    '2026-09-3OT11:24:42.533Z',
    '2026-09-30T11:24:42.53xZ',
    '2026-09-30 11:24:42.533Z',
    '2026-09-30T11:24:42.533',
    '1790000000',
    ' 2026-09-30T11:24:42.533Z',
  ])('with the time %j is refused', (written) => {
    const text = LAST + entry(`<Key>k</Key><LastModified>${written}</LastModified><Size>1</Size>`);
    expect(malformed(page(text)).reason).toMatch(/a time that is none, at byte/);
  });

  it.each([
    '',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x1',
    ' 1',
    '1 ',
    '1,000',
    '9007199254740992',
    '&#49;',
    '99999999999999999999',
  ])('with the size %j is refused', (written) => {
    const text = LAST + entry(`<Key>k</Key>${TIME}<Size>${written}</Size>`);
    expect(malformed(page(text)).reason).toMatch(/a size that is none, at byte/);
  });

  it('may be as large as a number can say', () => {
    expect(read(LAST + entry(`<Key>k</Key>${TIME}<Size>9007199254740991</Size>`)).objects[0]?.size).toBe(2 ** 53 - 1);
  });

  it.each([
    [`${TIME}<Size>1</Size>`, 'without a key'],
    [`<Key></Key>${TIME}<Size>1</Size>`, 'without a key'],
    [`<Key/>${TIME}<Size>1</Size>`, 'without a key'],
    [`<Key>a</Key><Key>b</Key>${TIME}<Size>1</Size>`, 'with two keys'],
    [`<Key>a</Key>${TIME}`, 'without a size'],
    [`<Key>a</Key><Size>1</Size>`, 'without a time'],
  ])('that is %j is refused', (inner, reason) => {
    expect(malformed(page(LAST + entry(inner))).reason).toContain(`has an object ${reason}`);
  });

  it('that is one tag is refused', () => {
    expect(malformed(page(`${LAST}<Contents/>`)).reason).toContain('without a key');
  });

  it('is found among elements that are not known, whatever they hold', () => {
    const unknown =
      '<Owner a="<>" b=\'"\'><ID>1</ID><Key>no</Key><x/>text<!-- </Owner> --><![CDATA[</Owner>]]> &foo; </Owner><RestoreStatus/>';
    expect(
      keys(`${unknown}${LAST}${entry(`${unknown}<Key>k</Key>${TIME}<Size>1</Size>${unknown}`)}${unknown}`),
    ).toEqual(['k']);
  });

  it('keeps no page in memory', () => {
    const body = page(LAST + object('x'.repeat(100)).repeat(10));
    const { objects } = parseListPage(body);
    body.fill(0);
    expect(objects.map(({ key }) => key)).toEqual(Array.from({ length: 10 }, () => 'x'.repeat(100)));
  });
});

describe('what is no whole page', () => {
  const whole = page(`<KeyCount>2</KeyCount>${LAST}${object('a&amp;b')}${object('<![CDATA[c]]>')}<!-- x -->`);

  it('is refused wherever it is cut', () => {
    parseListPage(whole);
    for (let length = 0; length < whole.length; length++) malformed(whole.subarray(0, length));
  });

  it('is refused with the position of the place', () => {
    expect(malformed(whole.subarray(0, 100)).message).toMatch(
      /^The page of the listing has an object without its end, at byte 100\.$/,
    );
  });

  it.each([
    [
      'an error that came after the status',
      '<?xml version="1.0"?><Error><Code>InternalError</Code></Error>',
      'an error document',
    ],
    ['a page of HTML', '<!DOCTYPE html><html></html>', 'a document type'],
    ['another page of HTML', '<html><body>Bad gateway</body></html>', 'no ListBucketResult'],
    ['nothing', '', 'is empty'],
    ['white space', ' \n', 'is empty'],
    ['JSON', '{}', 'text where only elements can be'],
    ['a listing of versions', '<ListVersionsResult></ListVersionsResult>', 'no ListBucketResult'],
    ['an empty listing', '<ListBucketResult/>', 'whether it is the last'],
    ['a closing tag', '</ListBucketResult>', 'is empty'],
  ])('is refused: %s', (_name, body, reason) => {
    expect(malformed(body).reason).toContain(reason);
  });

  it.each([
    ['two documents', `<ListBucketResult>${LAST}</ListBucketResult><ListBucketResult/>`, 'goes on after its end'],
    ['text behind it', `<ListBucketResult>${LAST}</ListBucketResult>x`, 'text where'],
    ['text between elements', `<ListBucketResult>x${LAST}</ListBucketResult>`, 'text where'],
    [
      'elements that close in the wrong order',
      `<ListBucketResult>${LAST}<Owner><ID></Owner></ID></ListBucketResult>`,
      'not open',
    ],
    ['another closing tag', `<ListBucketResult><IsTruncated>false</IsTruncatex></ListBucketResult>`, 'not open'],
    [
      'a longer closing tag',
      `<ListBucketResult><IsTruncated>false</IsTruncateds></ListBucketResult>`,
      'tag that is none',
    ],
    [
      'an entry that closes as another',
      `<ListBucketResult>${LAST}<Contents><Key>a</Key></Content></ListBucketResult>`,
      'without its end',
    ],
    [
      'a field with an element',
      `<ListBucketResult><IsTruncated><a/>false</IsTruncated></ListBucketResult>`,
      'only text',
    ],
    ['a field twice', `<ListBucketResult>${LAST}${LAST}</ListBucketResult>`, 'two IsTruncated'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult>${LAST}</ListBucketResult>`, 'document type'],
    ['attributes without quotes', `<ListBucketResult a=b>${LAST}</ListBucketResult>`, 'without quotes'],
    ['attributes without value', `<ListBucketResult a>${LAST}</ListBucketResult>`, 'tag that is none'],
    ['a nameless element', `<ListBucketResult>${LAST}< a></a></ListBucketResult>`, 'tag that is none'],
    [
      'an empty common prefix',
      `<ListBucketResult>${LAST}<CommonPrefixes/></ListBucketResult>`,
      'common prefix that is none',
    ],
    [
      'a common prefix without prefix',
      `<ListBucketResult>${LAST}<CommonPrefixes><a/></CommonPrefixes></ListBucketResult>`,
      'common prefix that is none',
    ],
    [
      'two prefixes in one',
      `<ListBucketResult>${LAST}<CommonPrefixes><Prefix>a</Prefix><Prefix>b</Prefix></CommonPrefixes></ListBucketResult>`,
      'two prefixes',
    ],
    [
      'a common prefix that closes as another',
      `<ListBucketResult>${LAST}<CommonPrefixes><Prefix>a</Prefix></Common></ListBucketResult>`,
      'without its end',
    ],
    ['elements in very many others', `<ListBucketResult>${LAST}${'<a>'.repeat(40)}`, 'too many others'],
  ])('is refused: %s', (_name, body, reason) => {
    expect(malformed(body).reason).toContain(reason);
  });

  it('is refused where a byte is not UTF-8, with its position', () => {
    const body = page(LAST + object('报告'));
    const at = body.indexOf('告');
    body[at + 1] = 0x41;
    const { reason } = malformed(body);
    expect(reason).toMatch(/^is not UTF-8, at byte /);
    expect(Math.abs(Number(/\d+$/.exec(reason)?.[0]) - at)).toBeLessThan(4);
    malformed(Buffer.concat([whole, Buffer.from([0xff])]));
  });

  it('says nothing of its text', () => {
    const secret = 'a-secret-name';
    for (const body of [
      page(`${LAST}${object(`${secret}&x;`)}`),
      page(`<EncodingType>url</EncodingType>${LAST}${object(`${secret}%`)}`),
      page(`${LAST}${secret}`),
      page(`${LAST}<Contents><Key>${secret}</Key></Contents>`),
      Buffer.from(`<${secret}/>`),
    ])
      expect(malformed(body).message).not.toContain(secret);
  });

  it('may begin with a byte order mark, and end with white space and comments', () => {
    expect(
      parseListPage(Buffer.concat([Buffer.from('\ufeff'), whole, Buffer.from('\n<!-- end -->\n')])).objects,
    ).toHaveLength(2);
  });

  it('may have spaces in its tags, and instructions', () => {
    const body = Buffer.from(
      `<?xml-stylesheet href="a>b"?><ListBucketResult\n xmlns = 'a/>' >${LAST}<a b="c" /></ListBucketResult >`,
    );
    expect(parseListPage(body).isTruncated).toBe(false);
  });
});
