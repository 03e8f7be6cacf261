import { describe, expect, it } from 'vitest';
import { childrenOf, childText, element, parseXml, xmlText } from '../../../../scripts/local/obs/xml.ts';

describe('xmlText', () => {
  it('escapes markup, and line ends so that a reader does not normalise them', () => {
    expect(xmlText('<&>"\r\n\t')).toBe('&lt;&amp;&gt;&quot;&#xD;&#xA;&#x9;');
  });

  it('leaves other text alone', () => {
    expect(xmlText(" 报告 ☃ 😀 ' ")).toBe(" 报告 ☃ 😀 ' ");
  });
});

describe('parseXml', () => {
  it('reads elements with prefixes, attributes, comments and character data', () => {
    const document = parseXml(
      '<?xml version="1.0"?>\n<!-- > --><s3:Delete xmlns:s3="http://x/"><Quiet a=">">true</Quiet><Empty/>' +
        '<Object><Key><![CDATA[<&]]>x</Key></Object><Object><Key> b </Key></Object></s3:Delete>',
    );
    expect(document.name).toBe('Delete');
    expect(childText(document, 'Quiet')).toBe('true');
    expect(childText(document, 'Empty')).toBe('');
    expect(childrenOf(document, 'Object').map((node) => childText(node, 'Key'))).toEqual(['<&x', ' b ']);
  });

  it('decodes references after it has normalised line ends', () => {
    expect(parseXml('<a>1\r\n2\r3&#13;&#xA;&#128512;&lt;</a>').text).toBe('1\n2\n3\r\n😀<');
  });

  it.each(
    [
      '',
      'text',
      '<a>',
      '<a></b>',
      '<a/><b/>',
      '<a>&nbsp;</a>',
      '<a>&#xD800;</a>',
      '<a>&</a>',
      '<!DOCTYPE a><a/>',
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      '<a>&#x110000;</a>',
      '<a>&#;</a>',
      '<a b="1" b="2"/>',
      '<a b=1/>',
      '<a><!-- -- --></a>',
      '<?xml version="1.0" encoding="utf-16"?><a/>',
      `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`,
      `<a>${'<b/>'.repeat(100_001)}</a>`,
    ].map((source) => [source.slice(0, 50), source]),
  )('refuses %j', (_start, source = '') => {
    expect(() => parseXml(source)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });

  it('reads back every text that it writes', () => {
    for (const text of ['a\r\nb', '<&>"\'', '\t lead', '😀', '\u0085\u2028', '\u0000\u0001\u001f', '\ufffe\uffff'])
      for (const declaration of ['', '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.1"?>'])
        expect(parseXml(declaration + element('a', text)).text).toBe(text);
  });

  it('reads characters that XML forbids, written bare, and leaves their references in character data alone', () => {
    expect(parseXml('<a>\u0001\ufffe<![CDATA[&#x1;]]>&amp;#x1;</a>').text).toBe('\u0001\ufffe&#x1;&#x1;');
  });

  it('refuses to choose between two elements of which one is expected', () => {
    const node = parseXml('<Object><Key>a</Key><Key>b</Key></Object>');
    expect(() => childText(node, 'Key')).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });

  it.each([
    ['attributes without an end', (n: number) => `<a ${'b="'.repeat(n)}`],
    ['blanks in a tag', (n: number) => `<a${' '.repeat(n)}`],
    ['quotes in a tag', (n: number) => `<a ${"'".repeat(n)}`],
    ['comments without an end', (n: number) => `<a>${'<!--'.repeat(n)}`],
    ['character data without an end', (n: number) => `<a>${'<![CDATA['.repeat(n)}`],
    ['instructions without an end', (n: number) => `<a>${'<?'.repeat(n)}`],
    ['references without an end', (n: number) => `<a>${'&#'.repeat(n)}`],
    ['closed attributes', (n: number) => `<a ${Array.from({ length: n }, (_, i) => `b${i}="c"`).join(' ')}/>`],
    ['elements', (n: number) => `<a>${'<b c="d">e</b>'.repeat(n)}</a>`],
  ])('reads a document with many %s in a time that grows with its size', (_name, make) => {
    // Quadratic, this takes minutes: the test runs out of its time.
    try {
      parseXml(make(90_000));
    } catch (error) {
      expect(error).toMatchObject({ code: 'MalformedXML' });
    }
  });
});
