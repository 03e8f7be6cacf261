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

  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a>&nbsp;</a>',
    '<a>&#xD800;</a>',
    '<a>&</a>',
    '<!DOCTYPE a><a/>',
    `${'<a>'.repeat(40)}`,
  ])('refuses %j', (source) => {
    expect(() => parseXml(source)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });

  it('reads back every text that it writes', () => {
    for (const text of ['a\r\nb', '<&>"\'', '\t lead', '😀', '\u0085\u2028', 'plain'])
      expect(parseXml(element('a', text)).text).toBe(text);
  });
});
