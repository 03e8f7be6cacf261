import { stringifyJson } from '#shared/validation/json.ts';
import type { GatewayResponse, HttpReply } from './gateway-event.ts';
import type { Middleware } from './stack.ts';

/** The form in which the gateway takes an answer. */
export function toGatewayResponse(reply: HttpReply): GatewayResponse {
  return {
    statusCode: reply.status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...reply.headers },
    body: stringifyJson(reply.body),
    isBase64Encoded: false,
  };
}

/** Turns the handler's HttpReply into the gateway's form. */
export function jsonResponse(): Middleware {
  return {
    after: function writeGatewayResponse(request) {
      request.response = toGatewayResponse(request.response as HttpReply);
    },
  };
}
