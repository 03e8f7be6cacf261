import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Reads a request's body.
 *
 * @param limit bytes
 * @returns undefined when the body is larger; what follows of it is then read and dropped
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

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
