import { SaxesParser } from 'saxes';
import { S3Error } from './errors.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Text as XML. Line ends and tabs become character references: written bare, a reader would normalise them.
 * Control characters become references too, as S3 does, although XML 1.0 has no way to write them: a reader may
 * refuse such a document, and `encoding-type=url` is the way to list such keys.
 */
export function xmlText(text: string): string {
  return text.replace(
    /[&<>"\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g,
    (char) => ESCAPES[char] ?? `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

export function xmlDocument(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/** A document with the namespace of S3's answers. */
export function s3Document(root: string, content: string): string {
  return xmlDocument(`<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`);
}

/** One element a field; none for a field that is undefined. */
export function elements(fields: Readonly<Record<string, string | number | boolean | undefined>>): string {
  return Object.entries(fields)
    .map(([name, text]) => element(name, text))
    .join('');
}

export function element(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${xmlText(String(text))}</${name}>`;
}

export interface XmlNode {
  readonly name: string;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

/** The text of a child element, or undefined. Throws S3Error MalformedXML where there are several. */
export function childText(node: XmlNode, name: string): string | undefined {
  const [first, second] = childrenOf(node, name);
  if (second) throw new S3Error('MalformedXML');
  return first?.text;
}

export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

const MAX_DEPTH = 16;
/** A completion names 10,000 parts, each of them with a number, an ETag and up to five checksums. */
const MAX_ELEMENTS = 100_000;

/**
 * Reads the XML of a request without document types, hence entities, in linear time; the caller bounds its size.
 * Keys may hold characters that XML forbids, such as U+0001 and U+FFFE, as references or bare. Both are read:
 * what was stored under such a key must be deletable.
 */
export function parseXml(source: string): XmlNode {
  interface Open {
    readonly name: string;
    readonly children: XmlNode[];
    text: string;
  }
  const root: Open = { name: '', children: [], text: '' };
  const stack: Open[] = [root];
  let elements = 0;
  const refuse = (): never => {
    throw new S3Error('MalformedXML');
  };
  const addText = (text: string): void => {
    const top = stack.at(-1);
    if (top) top.text += text;
  };
  const parser = new SaxesParser();
  const allowAnyReference = (): unknown => Object.assign(parser, { isChar: isScalarValue });
  allowAnyReference();
  parser.on('error', ({ message }) => message.endsWith('disallowed character.') || refuse());
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!/^(?:utf-8|us-ascii)$/i.test(encoding)) refuse();
    // The version in the declaration made the parser choose its own rule again.
    allowAnyReference();
  });
  parser.on('doctype', refuse);
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', ({ name }) => {
    const opened: Open = { name: name.slice(name.indexOf(':') + 1), children: [], text: '' };
    stack.at(-1)?.children.push(opened);
    if (stack.push(opened) > MAX_DEPTH || ++elements > MAX_ELEMENTS) refuse();
  });
  parser.on('closetag', () => stack.pop());
  parser.write(source).close();
  return root.children[0] ?? refuse();
}

function isScalarValue(code: number): boolean {
  return code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
}
