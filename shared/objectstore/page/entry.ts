import type { ListedObject } from '../port.ts';
import { readTimestamp, type TimestampReader } from './timestamp.ts';
import type { XmlScanner } from './xml-scanner.ts';

const DIGIT_0 = 0x30;
const AMPERSAND = 0x26;
const QUOTE_REFERENCE = Buffer.from('&quot;');

export type Entry = { -readonly [Field in keyof ListedObject]: ListedObject[Field] };

export class EntryReader {
  readonly #bytes: Buffer;
  readonly #scanner: XmlScanner;
  readonly #times: TimestampReader;
  /** Most objects of a page are of one class: its name is made once. */
  #class = { start: 0, end: 0, name: '' };

  /** @param scanner of `bytes` */
  constructor(bytes: Buffer, scanner: XmlScanner, times: TimestampReader) {
    this.#bytes = bytes;
    this.#scanner = scanner;
    this.#times = times;
  }

  /** Reads the element whose opening tag was the scanner's last. */
  read(): Entry {
    const scanner = this.#scanner;
    const start = scanner.position;
    let key: string | undefined;
    let size: number | undefined;
    let lastModified: number | undefined;
    let etag: string | undefined;
    let storageClass: string | undefined;
    if (scanner.isEmpty) scanner.fail('has an object without a key', start);
    let tag = scanner.tag();
    for (; tag === 'open'; tag = scanner.tag()) {
      if (scanner.named('Key')) {
        if (key !== undefined) scanner.fail('has an object with two keys');
        scanner.leaf();
        key = scanner.text();
      } else if (scanner.named('LastModified')) lastModified = this.#time();
      else if (scanner.named('ETag')) etag = this.#etag();
      else if (scanner.named('Size')) size = this.#size();
      else if (scanner.named('StorageClass')) storageClass = this.#storageClass();
      else scanner.skip();
    }
    if (tag === 'end' || !scanner.named('Contents')) scanner.fail('has an object without its end');
    if (key === undefined || key === '') return scanner.fail('has an object without a key', start);
    if (size === undefined) return scanner.fail('has an object without a size', start);
    if (lastModified === undefined) return scanner.fail('has an object without a time', start);
    if (etag === undefined)
      return storageClass === undefined ? { key, size, lastModified } : { key, size, lastModified, storageClass };
    if (storageClass === undefined) return { key, size, lastModified, etag };
    return { key, size, lastModified, etag, storageClass };
  }

  #time(): number {
    const scanner = this.#scanner;
    const { position } = scanner;
    scanner.leaf();
    const { textStart, textEnd } = scanner;
    const usual = scanner.isPlain ? this.#times.read(this.#bytes, textStart, textEnd) : undefined;
    const time = usual ?? readTimestamp(scanner.text());
    return time ?? scanner.fail('has an object with a time that is none', position);
  }

  #size(): number {
    const scanner = this.#scanner;
    const { position } = scanner;
    scanner.leaf();
    const { textStart, textEnd } = scanner;
    let size = scanner.isPlain && textStart < textEnd ? 0 : Number.NaN;
    for (let at = textStart; at < textEnd; at++) {
      const digit = (this.#bytes[at] ?? 0) - DIGIT_0;
      size = digit >= 0 && digit <= 9 ? size * 10 + digit : Number.NaN;
    }
    return Number.isSafeInteger(size) ? size : scanner.fail('has an object with a size that is none', position);
  }

  /** The ETag without its quotes, which nearly all stores write as references. */
  #etag(): string {
    const scanner = this.#scanner;
    scanner.leaf();
    const { textStart, textEnd } = scanner;
    const start = textStart + QUOTE_REFERENCE.length;
    const end = textEnd - QUOTE_REFERENCE.length;
    const isUsual =
      !scanner.isInPieces &&
      start <= end &&
      startsWith(this.#bytes, textStart, QUOTE_REFERENCE) &&
      startsWith(this.#bytes, end, QUOTE_REFERENCE);
    if (isUsual && !this.#hasAmpersand(start, end)) return this.#bytes.toString('utf8', start, end);
    const etag = scanner.text();
    return etag.length >= 2 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
  }

  #hasAmpersand(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#bytes[at] === AMPERSAND) return true;
    return false;
  }

  #storageClass(): string {
    const scanner = this.#scanner;
    scanner.leaf();
    if (!scanner.isPlain) return scanner.text();
    const { textStart, textEnd } = scanner;
    const last = this.#class;
    if (last.end - last.start === textEnd - textStart && this.#sameBytes(last.start, textStart, textEnd - textStart))
      return last.name;
    this.#class = { start: textStart, end: textEnd, name: scanner.text() };
    return this.#class.name;
  }

  #sameBytes(one: number, other: number, length: number): boolean {
    const bytes = this.#bytes;
    for (let index = 0; index < length; index++) if (bytes[one + index] !== bytes[other + index]) return false;
    return true;
  }
}

function startsWith(bytes: Buffer, start: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text[index]) return false;
  return true;
}
