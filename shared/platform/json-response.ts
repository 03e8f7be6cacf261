import { concealWithin } from '#shared/logging/redact.ts';
import { stringifyJson } from '#shared/validation/json.ts';
import type { GatewayResponse, HttpReply } from './gateway-event.ts';
import type { Middleware } from './stack.ts';

/**
 * Writes an answer in the form that the gateway takes.
 *
 * @param redact of the invocation's logger. An answer has no secret of its own, but it repeats OMS's messages and the
 *   client's names of fields and tasks, which may hold one.
 */
export function toGatewayResponse(reply: HttpReply, redact: (text: string) => string): GatewayResponse {
  const plain = stringifyJson(reply.body);
  return {
    statusCode: reply.status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...reply.headers },
    body: redact(plain) === plain ? plain : stringifyJson(concealWithin(reply.body, redact)),
    isBase64Encoded: false,
  };
}

export function jsonResponse(): Middleware {
  return {
    after: function writeGatewayResponse(request) {
      const { log } = request.context;
      request.response = toGatewayResponse(request.response as HttpReply, (text) => log.redact(text));
    },
  };
}
