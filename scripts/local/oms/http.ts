import type { ServerResponse } from 'node:http';
import type { HttpReply } from '../faults/request-faults.ts';
import { sendText } from '../http-server.ts';
import type { OmsFault } from './errors.ts';

/** @param body undefined for an answer without one, as that of CreateSyncEvents */
export function replyOf(status: number, body: unknown): HttpReply {
  const text = body === undefined ? '' : JSON.stringify(body);
  return { status, headers: text === '' ? {} : { 'content-type': 'application/json' }, text };
}

export function send(response: ServerResponse, requestId: string, { status, headers, text, cut }: HttpReply): void {
  const all = { 'x-request-id': requestId, ...headers };
  if (cut) {
    response.writeHead(status, { ...all, 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy());
  } else sendText(response, status, text, all);
}

/** A gateway's error also says the request id in its body; the service's does not. */
export function faultBody(fault: OmsFault, requestId: string): Record<string, string> {
  const body = { error_msg: fault.message, error_code: fault.code };
  return fault.code.startsWith('APIGW.') ? { ...body, request_id: requestId } : body;
}
