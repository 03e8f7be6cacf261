import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/**
 * Stands in for OMS in a process of its own: accepts every sync event and does nothing else, so that only clients
 * are measured. Answers 401 to an unsigned request, unless told that clients are unsigned.
 *
 * Arguments: `signed` or `any`; for TLS also the files of certificate and key.
 */
const [, , mode, cert, key] = process.argv;

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.on('end', () => {
    const signed = request.headers.authorization?.startsWith('SDK-HMAC-SHA256 Access=');
    response.writeHead(mode === 'any' || signed ? 200 : 401, {
      'content-type': 'application/json',
      'content-length': 2,
      'x-request-id': 'b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2',
    });
    response.end('{}');
  });
}

const server =
  cert && key ? createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, answer) : createServer(answer);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));

/**
 * Never sleeps. On one machine the sender's system call wakes a sleeping receiver and pays for it, so that a client
 * which is slower than the server would be charged per call for what one that keeps the server busy never pays.
 */
function stayAwake(): void {
  setImmediate(stayAwake);
}
if (mode === 'any') stayAwake();
