import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubObject {
  body: Buffer;
  /** Headers of the answer, in lower case. */
  headers: Record<string, string>;
  /** Milliseconds since the epoch. */
  lastModified: number;
}

const NO_SUCH_KEY = '<Error><Code>NoSuchKey</Code></Error>';

/**
 * An object store in memory that checks no signature, so that a test can look at every request, and make any of them
 * fail or wait.
 */
export class StubS3 {
  /** Objects by decoded path of the request line: `bucket/key`. */
  readonly objects = new Map<string, StubObject>();
  readonly buckets = new Set(['source', 'destination']);
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
  now = (): number => Date.parse('2026-11-21T10:00:00Z');
  /** Called before each answer; returning a status answers with it instead. */
  before: (method: string, path: string) => number | undefined | Promise<number | undefined> = () => undefined;
  /** Called when an object was stored, before the client hears of it. */
  stored: (path: string) => void | Promise<void> = () => {};
  /** Replaces the content that is stored. */
  damage = (body: Buffer): Buffer => body;
  /** Bytes of a body after which its connection breaks, by path. */
  readonly broken = new Map<string, number>();
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  put(path: string, body: string | Buffer, headers: Record<string, string> = {}, lastModified = this.now()): void {
    this.objects.set(path, { body: Buffer.from(body), headers, lastModified });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const path = decodeURIComponent(url.slice(1));
    this.requests.push({ method, path, headers: request.headers });
    const forced = await this.before(method, path);
    if (forced !== undefined) {
      request.resume();
      response.writeHead(forced).end();
      return;
    }
    if (!path.includes('/')) {
      response.writeHead(this.buckets.has(path) ? 200 : 404).end();
      return;
    }
    if (method === 'PUT') await this.#put(path, request, response);
    else this.#get(path, method, response);
  }

  async #put(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const body = this.damage(Buffer.concat(chunks));
    const kept = Object.entries(request.headers).filter(([name]) =>
      /^(content-(?!length)|cache-control|expires|x-amz-(meta-|storage-class))/.test(name),
    );
    this.put(path, body, Object.fromEntries(kept) as Record<string, string>);
    await this.stored(path);
    response.writeHead(200, { etag: etagOf(body) }).end();
  }

  #get(path: string, method: string, response: ServerResponse): void {
    const object = this.objects.get(path);
    if (!object) {
      // The length keeps a HEAD from ending its connection.
      response.writeHead(404, { 'content-length': NO_SUCH_KEY.length });
      response.end(method === 'HEAD' ? undefined : NO_SUCH_KEY);
      return;
    }
    response.writeHead(200, {
      etag: etagOf(object.body),
      ...object.headers,
      'content-length': object.body.length,
      'last-modified': new Date(object.lastModified).toUTCString(),
    });
    const sent = this.broken.get(path);
    if (method === 'GET' && sent !== undefined) {
      this.broken.delete(path);
      response.write(object.body.subarray(0, sent), () => response.destroy());
    } else response.end(method === 'HEAD' ? undefined : object.body);
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
