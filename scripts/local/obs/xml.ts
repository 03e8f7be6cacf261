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

/** One element with text; nothing at all when the text is undefined. */
export function element(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${xmlText(String(text))}</${name}>`;
}

export interface XmlNode {
  /** Without a namespace prefix. */
  readonly name: string;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

/** The text of a child element, or undefined. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}

export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s<>/!]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)|</g;
const MAX_DEPTH = 16;

/**
 * A small XML reader for the request bodies of S3: elements, text, character data, references; no document types.
 *
 * @throws S3Error MalformedXML
 */
export function parseXml(source: string): XmlNode {
  interface Open {
    readonly name: string;
    readonly children: XmlNode[];
    text: string;
  }
  const root: Open = { name: '', children: [], text: '' };
  const stack: Open[] = [root];
  // XML 1.0 section 2.11: line ends are normalised before parsing.
  for (const token of source
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .matchAll(TOKEN)) {
    const [all, data, slash, qualified, , selfClosing, text] = token;
    const top = stack[stack.length - 1] ?? root;
    if (data !== undefined) top.text += data;
    else if (text !== undefined) top.text += decodeReferences(text);
    else if (qualified !== undefined) {
      const name = qualified.slice(qualified.indexOf(':') + 1);
      if (slash === '/') {
        if (stack.length < 2 || top.name !== name) throw new S3Error('MalformedXML');
        stack.pop();
        stack[stack.length - 1]?.children.push(top);
      } else if (selfClosing === '/') top.children.push({ name, children: [], text: '' });
      else if (stack.push({ name, children: [], text: '' }) > MAX_DEPTH) throw new S3Error('MalformedXML');
    } else if (all === '<') throw new S3Error('MalformedXML');
  }
  const [document] = root.children;
  if (stack.length !== 1 || root.children.length !== 1 || !document || root.text.trim() !== '')
    throw new S3Error('MalformedXML');
  return document;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+);|&/g, (_all, name?: string) => {
    if (name === undefined) throw new S3Error('MalformedXML');
    if (!name.startsWith('#')) {
      const char = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
      if (char === undefined) throw new S3Error('MalformedXML');
      return char;
    }
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new S3Error('MalformedXML');
    return String.fromCodePoint(code);
  });
}
