import fc from 'fast-check';
import type { ListedObject } from '#shared/objectstore/port.ts';
import { runs } from '../../../helpers/thorough.ts';
import { objectKey } from '../../encoding/arbitraries.ts';

/** Fixed, so that a failure is the same for everybody; fast-check prints it with the counterexample. */
export const RUN = { seed: 20_261_122, numRuns: runs(400) } as const;

/** Any object that a store can list. */
export const listedObject: fc.Arbitrary<ListedObject> = fc.record(
  {
    key: objectKey,
    size: fc.oneof(fc.maxSafeNat(), fc.nat(10)),
    lastModified: fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2099, 11, 31) }),
    etag: fc.oneof(
      fc.stringMatching(/^[0-9a-f]{32}$/),
      fc.stringMatching(/^[0-9a-f]{32}-[1-9][0-9]?$/),
      fc.constant('a&"<b>'),
    ),
    storageClass: fc.constantFrom('STANDARD', 'WARM', 'COLD', 'DEEP_ARCHIVE'),
  },
  { requiredKeys: ['key', 'size', 'lastModified'] },
);

/** A stream of choices, so that a page can be written in one of the many ways that mean the same. */
export type Choose = (count: number) => number;

export const choices: fc.Arbitrary<Choose> = fc
  .infiniteStream(fc.nat(0xffff))
  .map((stream) => (count) => (stream.next().value ?? 0) % count);

const NAMED: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as XML, each character in one of its spellings. */
function writeText(text: string, choose: Choose): string {
  let written = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const mustEscape = character === '<' || character === '&' || code < 0x20;
    const spellings = [
      ...(mustEscape ? [] : [character, character, character]),
      `&#${code};`,
      `&#x${code.toString(16)};`,
      `&#x${code.toString(16).toUpperCase().padStart(4, '0')};`,
      ...(NAMED[character] === undefined ? [] : [NAMED[character]]),
      // Line ends of a CDATA section may be normalised by a reader, and its end may not be in it.
      ...(code < 0x20 || character === '>' || character === ']' ? [] : [`<![CDATA[${character}]]>`]),
    ];
    written += spellings[choose(spellings.length)];
  }
  return written;
}

/** A name as `encoding-type=url` has it: spaces as `+` or `%20`, slashes as they are or not. */
function urlEncode(name: string, choose: Choose): string {
  return encodeURIComponent(name)
    .replace(/%20/g, () => (choose(2) === 0 ? '+' : '%20'))
    .replace(/%2F/g, () => (choose(2) === 0 ? '/' : '%2F'))
    .replace(/%[0-9A-F]{2}/g, (triple) => (choose(3) === 0 ? triple.toLowerCase() : triple));
}

const NOISE = [
  '',
  '',
  '\n  ',
  '<!-- <Contents><Key>no</Key></Contents> -->',
  '<Owner><ID>852b</ID><DisplayName>a &amp; b</DisplayName></Owner>',
  '<Unknown xmlns:a="b" c=\'d>\'/>',
  '<Type>Normal</Type>',
  '<?instruction a?>',
];

export interface PageModel {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes?: readonly string[];
  readonly url?: boolean;
  readonly version?: 1 | 2;
  readonly isTruncated?: boolean;
  readonly token?: string;
}

/** Writes a page in one of the ways that mean it. */
export function writePage(model: PageModel, choose: Choose): string {
  const { objects, commonPrefixes = [], url = false, version = 2, isTruncated = false, token } = model;
  const noise = (): string => NOISE[choose(NOISE.length)] ?? '';
  const name = (text: string): string => writeText(url ? urlEncode(text, choose) : text, choose);
  const shuffle = (parts: string[]): string => {
    for (let last = parts.length - 1; last > 0; last--) {
      const other = choose(last + 1);
      [parts[last], parts[other]] = [parts[other] ?? '', parts[last] ?? ''];
    }
    return parts.map((part) => part + noise()).join('');
  };
  const entries = objects.map(({ key, size, lastModified, etag, storageClass }) => {
    const quote = ['"', '&quot;', '&#34;', ''][choose(4)];
    const parts = [
      `<Key>${name(key)}</Key>`,
      `<LastModified>${new Date(lastModified).toISOString()}</LastModified>`,
      `<Size>${size}</Size>`,
      ...(etag === undefined ? [] : [`<ETag>${quote}${writeText(etag, choose)}${quote}</ETag>`]),
      ...(storageClass === undefined ? [] : [`<StorageClass>${writeText(storageClass, choose)}</StorageClass>`]),
    ];
    return `<Contents>${noise()}${shuffle(parts)}</Contents>${noise()}`;
  });
  const fields = [
    `<IsTruncated>${isTruncated}</IsTruncated>`,
    `<Name>bucket</Name>`,
    ...(url ? ['<EncodingType>url</EncodingType>'] : []),
    ...(version === 2 ? [`<KeyCount>${objects.length + commonPrefixes.length}</KeyCount>`] : ['<Marker/>']),
    ...(version === 2 && token !== undefined
      ? [`<NextContinuationToken>${writeText(token, choose)}</NextContinuationToken>`]
      : []),
  ];
  const prefixes = commonPrefixes.map((prefix) => `<CommonPrefixes><Prefix>${name(prefix)}</Prefix></CommonPrefixes>`);
  const groups = [fields.join(noise()), entries.join(''), prefixes.join(noise())];
  const head = choose(2) === 0 ? '<?xml version="1.0" encoding="UTF-8"?>\n' : '';
  return `${head}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${shuffle(groups)}</ListBucketResult>`;
}
