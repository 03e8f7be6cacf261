import { PayloadTooLargeError } from '#shared/errors/http.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseJson } from '#shared/validation/json.ts';
import { GATEWAY_LIMITS, type GatewayEvent } from './gateway-event.ts';

/** RFC 4648, section 4. One class without a group: groups overflow the stack on bodies of megabytes. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads the JSON body of a request.
 *
 * The content type is not looked at: clients get it wrong more often than the body, and no other type is accepted.
 *
 * @returns undefined where the body is empty
 * @throws PayloadTooLargeError above the gateway's limit, ValidationError where it is not base64, UTF-8 or JSON
 */
export function readBody(event: GatewayEvent): unknown {
  const { body } = event;
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body !== 'string') throw unreadable('type', 'The gateway must deliver the body as text.');
  const bytes = event.isBase64Encoded === true ? fromBase64(body) : Buffer.from(body, 'utf8');
  if (bytes.length > GATEWAY_LIMITS.requestBody)
    throw new PayloadTooLargeError(`The body is longer than ${GATEWAY_LIMITS.requestBody} bytes.`);
  const text = toText(bytes);
  return text.trim() === '' ? undefined : parseJson(text);
}

function fromBase64(body: string): Buffer {
  const length = body.length - (body.endsWith('==') ? 2 : body.endsWith('=') ? 1 : 0);
  if (!BASE64.test(body) || length % 4 === 1 || (length !== body.length && body.length % 4 !== 0))
    throw unreadable('base64', 'The body is marked as base64 and is not.');
  return Buffer.from(body, 'base64');
}

function toText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('utf8', 'The body is not UTF-8.');
  }
}

function unreadable(rule: string, message: string): ValidationError {
  return new ValidationError([{ path: '', rule, message }]);
}
