import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface Server {
  readonly secure: boolean;
  /** An IPv6 address has no brackets. */
  readonly hostname: string;
  readonly port: number;
}

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** The server's own host name by default. */
  readonly hostname?: string | undefined;
  /** Path and query, sent as they are: nothing resolves `..` or escapes a character. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Milliseconds for connecting, sending and receiving together. */
  readonly timeout: number;
  /** Uses a new connection, which nobody can have closed in the meantime. */
  readonly freshConnection: boolean;
  readonly maxBytes: number;
  /** Largest body of an error answer; `maxBytes` by default. */
  readonly maxErrorBytes?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends requests: a Transport, or a simulated network, which also rejects with TransportFailure. */
export interface Sender {
  send(exchange: Exchange): Promise<Answer>;
}

export type FailureKind = 'timeout' | 'connection' | 'too_large';

/**
 * An exchange without a complete answer. Holds a code and no more: errors of Node's HTTP parser carry the raw packet.
 */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly kind: FailureKind;
  readonly code: string;
  /** Whether the request may have reached the server; exact for a fresh connection only. */
  readonly sent: boolean;
  /** The connection was kept from an earlier exchange and was closed before any answer: most likely while it was idle. */
  readonly stale: boolean;
  readonly status: number | undefined;

  constructor(
    kind: FailureKind,
    code: string,
    state: { readonly sent: boolean; readonly stale: boolean; readonly status: number | undefined },
  ) {
    super(code);
    this.kind = kind;
    this.code = code;
    this.sent = state.sent;
    this.stale = state.stale;
    this.status = state.status;
  }
}

/** Codes of a refused certificate or handshake: the next attempt meets the same server. */
const TLS_CODE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;
const PARSER_CODE = /^HPE_/;

export function isTlsRefusal(code: string): boolean {
  return TLS_CODE.test(code);
}

export function isNotHttp(code: string): boolean {
  return PARSER_CODE.test(code);
}

/** Codes of a keep-alive connection that the server closed while the request was on its way. */
const STALE_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Sends requests over kept connections. TLS certificates are always verified. */
export class Transport implements Sender {
  readonly #server: Server;
  readonly #agent: HttpAgent | HttpsAgent;
  /** Has the options of `#agent`, certificates included, but keeps no connection. */
  readonly #freshAgent: HttpAgent | HttpsAgent;

  /**
   * @param agent to share one
   * @throws TypeError where the agent does not verify certificates, for its options win over those of a request
   */
  constructor(server: Server, agent?: HttpAgent | HttpsAgent) {
    // Node's types do not have the options that the agent was made with.
    const options = (agent && Reflect.get(agent, 'options')) as AgentOptions | undefined;
    if (options?.rejectUnauthorized === false) throw new TypeError('The agent must verify certificates.');
    const create = (kept: AgentOptions): HttpAgent | HttpsAgent =>
      server.secure ? new HttpsAgent(kept) : new HttpAgent(kept);
    this.#server = server;
    this.#agent = agent ?? create({ keepAlive: true, rejectUnauthorized: true });
    this.#freshAgent = create({ ...options, keepAlive: false });
  }

  /** @throws TransportFailure; whatever the status is, an answer is not a failure */
  send(exchange: Exchange): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      let response: IncomingMessage | undefined;
      // Kept connections count as connected: only calls that must not be repeated ask, and they use fresh ones.
      let connected = true;
      let settled = false;
      const { hostname, port, secure } = this.#server;
      const open: (options: object) => ClientRequest = secure ? httpsRequest : httpRequest;
      const request = open({
        host: exchange.hostname ?? hostname,
        port,
        method: exchange.method,
        path: exchange.target,
        headers: exchange.headers,
        agent: exchange.freshConnection ? this.#freshAgent : this.#agent,
        // Plain HTTP ignores this option.
        rejectUnauthorized: true,
      });
      const fail = (kind: FailureKind, code: string): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        const stale = kind === 'connection' && request.reusedSocket && response === undefined && STALE_CODES.has(code);
        reject(new TransportFailure(kind, code, { sent: connected, stale, status: response?.statusCode }));
        request.destroy();
      };
      const timer = setTimeout(() => fail('timeout', 'ETIMEDOUT'), exchange.timeout);
      if (exchange.freshConnection) {
        // The request can only have been sent after the handshake.
        connected = false;
        request.on('socket', (socket) => {
          socket.once(secure ? 'secureConnect' : 'connect', () => {
            connected = true;
          });
        });
      }
      request.on('error', (error: NodeJS.ErrnoException) => fail('connection', error.code ?? 'UNKNOWN'));
      request.on('response', (incoming) => {
        response = incoming;
        const status = incoming.statusCode ?? 0;
        const limit = status > 299 ? (exchange.maxErrorBytes ?? exchange.maxBytes) : exchange.maxBytes;
        // An answer to HEAD names the length of a body that it does not send.
        const announced = exchange.method === 'HEAD' ? 0 : Number(incoming.headers['content-length'] ?? 0);
        if (announced > limit) {
          fail('too_large', 'too large');
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > limit) fail('too_large', 'too large');
        });
        incoming.on('error', (error: NodeJS.ErrnoException) => fail('connection', error.code ?? 'UNKNOWN'));
        incoming.on('end', () => {
          if (settled) return;
          settled = true;
          clearTimeout(timer);
          resolve({
            status,
            headers: incoming.headers,
            body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
          });
        });
      });
      request.end(exchange.body.length === 0 ? undefined : exchange.body);
    });
  }
}
