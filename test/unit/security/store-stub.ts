import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoreRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface StoreReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface StoreStub {
  readonly url: string;
  readonly requests: StoreRequest[];
  /** Objects by decoded `/bucket/key`. */
  readonly objects: Map<string, string>;
  /** Replaces the answer of a store. */
  fault: (request: StoreRequest) => StoreReply | undefined;
  close(): Promise<void>;
}

const REQUEST_ID = { 'x-obs-request-id': 'store-request', etag: '"0123456789abcdef"' };

/** An object store on a free port of this machine: path style, no signatures, faults as the test says. */
export async function startStoreStub(): Promise<StoreStub> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, text: Buffer.concat(chunks).toString('utf8') };
      stub.requests.push(request);
      const { status, headers: more = {}, body = '' } = stub.fault(request) ?? answer(stub.objects, request);
      outgoing.writeHead(status, { ...REQUEST_ID, 'content-length': Buffer.byteLength(body), ...more });
      outgoing.end(method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: StoreStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    objects: new Map(),
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}

function answer(objects: Map<string, string>, { method, url, text }: StoreRequest): StoreReply {
  const [path = '', query = ''] = url.split('?', 2);
  const name = decodeURIComponent(path);
  if (/^\/[^/]*\/?$/.test(path)) return list(objects, name.replace(/\/?$/, '/'), new URLSearchParams(query));
  if (method === 'PUT') objects.set(name, text);
  if (method === 'DELETE') objects.delete(name);
  const body = objects.get(name);
  if (method === 'PUT' || method === 'DELETE') return { status: method === 'PUT' ? 200 : 204 };
  return body === undefined
    ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
    : { status: 200, body, headers: { 'last-modified': new Date(0).toUTCString() } };
}

function list(objects: Map<string, string>, bucket: string, query: URLSearchParams): StoreReply {
  const entries = [...objects]
    .filter(([name]) => name.startsWith(bucket))
    .map(([name, body]) => [name.slice(bucket.length), body] as const)
    .filter(([key]) => key.startsWith(query.get('prefix') ?? '') && key > (query.get('marker') ?? ''))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, body]) =>
        `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>2026-09-01T00:00:00.000Z</LastModified>` +
        `<ETag>"0123456789abcdef"</ETag><Size>${Buffer.byteLength(body)}</Size></Contents>`,
    );
  const head = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><EncodingType>url</EncodingType>';
  return { status: 200, body: `${head}<IsTruncated>false</IsTruncated>${entries.join('')}</ListBucketResult>` };
}
