import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands in for an object store in a process of its own: buckets whose listings are prepared, so that only clients are
 * measured. All buckets have the same objects; the bucket `far` answers late, as over a network: a page takes 20 ms and
 * a single key 5.
 *
 * Argument: the number of objects.
 */
const OBJECTS = Number(process.argv[2] ?? 1000);
const PAGE = 1000;
const FAR_PAGE_MS = 20;
const FAR_KEY_MS = 5;

/** The key of a number, in order; one of ten is longer than a file name may be. */
const keyOf = (index: number): string =>
  `data/2026/11/${String(index).padStart(9, '0')}${index % 10 === 0 ? '-报告 +&' : ''}.json`;

/** Encodes as S3 writes names: form style with bare slashes. */
const encode = (key: string): string => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

const keys = Array.from({ length: OBJECTS }, (_, index) => encode(keyOf(index)));

function entry(index: number): string {
  const hash = (index * 2_654_435_761).toString(16).padStart(16, '0').slice(-16);
  const time = new Date(Date.UTC(2026, 0, 1) + index * 61_001).toISOString();
  return (
    `<Contents><Key>${keys[index]}</Key><LastModified>${time}</LastModified><ETag>&quot;${hash}${hash}&quot;</ETag>` +
    `<Size>${(index * 7919) % 1_000_003}</Size><StorageClass>STANDARD</StorageClass></Contents>`
  );
}

/** A token is the number of the object that comes next. */
function page(start: number, count: number): Buffer {
  const end = Math.min(OBJECTS, start + count);
  const entries = Array.from({ length: end - start }, (_, offset) => entry(start + offset)).join('');
  const more = end < OBJECTS;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
      `<Name>bucket</Name><Prefix></Prefix>${more ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''}` +
      `<KeyCount>${end - start}</KeyCount><MaxKeys>${count}</MaxKeys><EncodingType>url</EncodingType>` +
      `<IsTruncated>${more}</IsTruncated>${entries}</ListBucketResult>`,
  );
}

const prepared = Array.from({ length: Math.ceil(OBJECTS / PAGE) }, (_, index) => page(index * PAGE, PAGE));

/** Names in order are numbers in order here, so that a name of any length is found by the number in it. */
function behind(name: string): number {
  let low = 0;
  let high = OBJECTS;
  const wanted = Buffer.from(name);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(keyOf(middle)), wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const query = new URLSearchParams(search);
  const count = Number(query.get('max-keys') ?? PAGE);
  const after = query.get('start-after');
  const start = Number(query.get('continuation-token') ?? (after === null ? 0 : behind(after)));
  const body = (count === PAGE && start % PAGE === 0 ? prepared[start / PAGE] : undefined) ?? page(start, count);
  const send = (): void => {
    response.writeHead(200, {
      'content-type': 'application/xml',
      'content-length': body.length,
      'x-amz-request-id': '1',
    });
    response.end(body);
  };
  if (path.startsWith('/far')) setTimeout(send, count === 1 ? FAR_KEY_MS : FAR_PAGE_MS);
  else send();
}

const server = createServer(answer);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
