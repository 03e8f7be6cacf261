import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

interface HttpServerOptions {
  /** Milliseconds; longer than clients keep theirs, so that it is the client that closes an idle connection. */
  readonly keepAlive: number;
  /** Receives what the handler rejects with and may still answer; otherwise the connection is broken off. */
  readonly onError: (error: Error, response: ServerResponse) => void;
}

/** Creates a server whose handler may fail without ending the process. */
export function createHttpServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  { keepAlive, onError }: HttpServerOptions,
): Server {
  return createServer({ keepAliveTimeout: keepAlive }, (request, response) => {
    handle(request, response).catch((error: Error) => {
      onError(error, response);
      if (!response.writableEnded) response.destroy();
    });
  });
}

/** Takes no more connections and closes idle ones at once; `over` breaks off the requests that are still under way. */
export async function closeServer(server: Server, over: AbortSignal): Promise<void> {
  // A server that never listened answers with an error: it is closed, too.
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  if (over.aborted) server.closeAllConnections();
  else over.addEventListener('abort', () => server.closeAllConnections(), { once: true });
  await closed;
}

/**
 * Reads a request's body, undefined once it is larger than `limit` bytes. The rest is dropped: a client that is
 * still sending would not see the answer. Rejects when the client breaks off.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(size <= limit ? Buffer.concat(chunks, size) : undefined));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The client went away')));
  });
}

type Headers = Readonly<Record<string, string>>;

export function sendText(response: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  sendText(response, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}
