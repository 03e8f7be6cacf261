/** The result of a function, for people. */
export interface FunctionResult {
  /** Parsed, and of an answer to the gateway its body as well, wherever that is JSON. */
  readonly result: unknown;
  /** Whether it is an answer of 400 or more. */
  readonly failed: boolean;
}

/** An answer that API Gateway makes an HTTP response of. */
interface GatewayAnswer {
  readonly statusCode: number;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/**
 * Reads what a function returned.
 *
 * @param returned JSON as text, or already parsed
 * @param hide takes out of a decoded body what must not be shown
 */
export function readResult(returned: unknown, hide = (text: string): string => text): FunctionResult {
  const value = parsed(returned);
  if (!isGatewayAnswer(value)) return { result: value, failed: false };
  const { isBase64Encoded, ...rest } = value;
  const failed = value.statusCode >= 400;
  const text = isBase64Encoded === true ? decoded(String(rest.body), hide) : rest.body;
  // Bytes that are no text stay in base64.
  if (text === undefined) return { result: value, failed };
  return { result: { ...rest, body: parsed(text) }, failed };
}

/** The body of an answer to the gateway, and anything else as it is. */
export function contentOf(result: unknown): unknown {
  return isGatewayAnswer(result) && 'body' in result ? result.body : result;
}

export function statusOf(result: unknown): number | undefined {
  return isGatewayAnswer(result) ? result.statusCode : undefined;
}

function isGatewayAnswer(value: unknown): value is GatewayAnswer {
  if (typeof value !== 'object' || value === null) return false;
  const { statusCode } = value as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' && Number.isInteger(statusCode);
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Undefined for bytes that are no text. */
function decoded(base64: string, hide: (text: string) => string): string | undefined {
  try {
    return hide(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')));
  } catch {
    return undefined;
  }
}
