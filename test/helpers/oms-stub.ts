import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Port of the client: one per connection. */
  readonly clientPort: number | undefined;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the client sent.
  readonly json: any;
}

export interface StubReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Ends the connection without an answer. */
  readonly hangUp?: boolean;
}

export interface OmsStub {
  readonly url: string;
  readonly requests: StubRequest[];
  reply: (request: StubRequest) => StubReply | Promise<StubReply>;
  close(): Promise<void>;
}

/** A server on a free port of the loopback interface that answers as the test says and keeps every request. */
export async function startOmsStub(reply: OmsStub['reply'] = () => ({})): Promise<OmsStub> {
  const requests: StubRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const seen: StubRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        clientPort: request.socket.remotePort,
        text,
        json: text === '' ? undefined : JSON.parse(text),
      };
      requests.push(seen);
      const { status = 200, headers = {}, body, hangUp = false } = await stub.reply(seen);
      if (hangUp) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'oms-request', ...headers });
      response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: OmsStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    reply,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}
