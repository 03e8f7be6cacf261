import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { OmsClient, type OmsClientOptions } from '#shared/oms/client.ts';

export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

export type Reply = (received: Received, response: ServerResponse, index: number) => void;

export interface Loopback {
  readonly url: string;
  readonly port: number;
  /** Every request, in order. */
  readonly requests: Received[];
  /** Connections that were ever opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** An HTTP server on a free port; `replies` in turn, the last one for all that follow. */
export async function startLoopback(...replies: readonly Reply[]): Promise<Loopback> {
  const requests: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const index = requests.length;
      const received: Received = {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        socket: request.socket,
      };
      requests.push(received);
      replies[Math.min(index, replies.length - 1)]?.(received, response, index);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A TCP server on a free port, for answers that are no HTTP. */
export async function startTcp(onConnection: (socket: Socket, index: number) => void): Promise<Loopback> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket, connections);
    connections += 1;
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    connections: () => connections,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A port on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export const answer =
  (status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Reply =>
  (_received, response) => {
    response.writeHead(status, { 'x-request-id': 'request-1', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** Breaks the connection, after the head and a part of the body where one is given. */
export const reset =
  (head?: { readonly status: number; readonly part: string }): Reply =>
  ({ socket }, response) => {
    if (!head) {
      socket.destroy();
      return;
    }
    response.writeHead(head.status, { 'content-length': '1000' });
    response.write(head.part, () => socket.destroy());
  };

export const silence: Reply = () => {};

export const ACCESS_KEY = 'AKIDEXAMPLE0123456789';
export const SECRET_KEY = 'SecretKeyExample/0123456789+abcdef';
export const PROJECT_ID = '2c0689c860ad4728a497c91ec0844383';

export interface TestClient {
  readonly client: OmsClient;
  /** Milliseconds of every wait between attempts. */
  readonly waits: number[];
}

/** A client without real waits: `sleep` only notes how long it would be. */
export function testClient(endpoint: string, options: Partial<OmsClientOptions> = {}): TestClient {
  const waits: number[] = [];
  const client = new OmsClient({
    endpoint,
    projectId: PROJECT_ID,
    credentials: () => ({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }),
    random: () => 0.5,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    ...options,
  });
  return { client, waits };
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The promise did not reject.');
}

export const TASK = {
  src_region: 'cn-beijing',
  src_bucket: 'source',
  src_ak: 'SRCACCESSKEY00000001',
  src_sk: 'src-secret-key-of-the-source-bucket',
  dst_ak: 'DSTACCESSKEY00000001',
  dst_sk: 'dst-secret-key-of-the-destination',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
} as const;

/** As an agency has them, and recognisable wherever they turn up. */
export const CREDENTIALS = {
  accessKey: 'HSTAEXAMPLEKEY000001',
  secretKey: 'temporarySecretKey0123456789abcdef',
  securityToken: 'ggpjbi1ub3J0aC00T/abc+DEFghiJKL0123456789==',
};

/** Everything that the server knows of the request, as a server that repeats it would write it. */
export function echo({ method, target, headers, body }: Received): string {
  return `${method} ${target}\n${JSON.stringify(headers)}\n${Object.values(headers).join(' ')}\n${body}`;
}
