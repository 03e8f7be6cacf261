import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpReply } from '../faults/request-faults.ts';
import { APIGW, OmsFault } from './errors.ts';
import { LIMITS } from './limits.ts';

/** Bytes; up to here a body that is too large is read all the same, so that its sender sees the answer. */
const ANNOUNCED_LIMIT = 64 << 20;

/**
 * @throws OmsFault 413
 * @rejects when the client breaks off
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Announced: no need to wait for it. The connection ends with the answer, since nobody reads the rest.
  if (Number(request.headers['content-length'] ?? 0) > ANNOUNCED_LIMIT)
    throw new OmsFault(413, APIGW.tooLarge, 'Request entity too large');
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to its end all the same: a client that is still sending would not see the answer.
    if (size <= LIMITS.body) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > LIMITS.body) throw new OmsFault(413, APIGW.tooLarge, 'Request entity too large');
  return Buffer.concat(chunks);
}

/** @param body undefined for an answer without one, as that of CreateSyncEvents */
export function replyOf(status: number, body: unknown): HttpReply {
  const text = body === undefined ? '' : JSON.stringify(body);
  return { status, headers: text === '' ? {} : { 'content-type': 'application/json' }, text };
}

export function send(response: ServerResponse, requestId: string, { status, headers, text, cut }: HttpReply): void {
  response.writeHead(status, { 'x-request-id': requestId, ...headers, 'content-length': Buffer.byteLength(text) });
  if (cut) response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy());
  else response.end(text);
}

/** A gateway's error also says the request id in its body; the service's does not. */
export function faultBody(fault: OmsFault, requestId: string): Record<string, string> {
  const body = { error_msg: fault.message, error_code: fault.code };
  return fault.code.startsWith('APIGW.') ? { ...body, request_id: requestId } : body;
}
