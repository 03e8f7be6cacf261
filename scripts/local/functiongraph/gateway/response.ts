interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Connection handling is the gateway's. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade', 'trailer']);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads what a function returned, or why it is no response: the gateway then answers 500.
 * @see https://support.huaweicloud.com/intl/en-us/functiongraph_faq/functiongraph_03_0290.html
 */
export function gatewayResponse(payload: string): GatewayResponse | { readonly reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return { reason: 'the result is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { reason: 'the result is not an object' };
  }
  const { statusCode, headers, body, isBase64Encoded } = value as Record<string, unknown>;
  if (!Number.isInteger(statusCode) || (statusCode as number) < 200 || (statusCode as number) > 599) {
    return { reason: 'statusCode is not an integer from 200 to 599' };
  }
  if (typeof body !== 'string') return { reason: 'body is not a string' };
  if (typeof isBase64Encoded !== 'boolean') return { reason: 'isBase64Encoded is not a boolean' };
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    return { reason: 'headers is not an object' };
  }
  const sent: Record<string, string> = {};
  for (const [name, content] of Object.entries(headers)) {
    // Several values under one name are not documented, so they are not passed.
    if (typeof content !== 'string' && typeof content !== 'number' && typeof content !== 'boolean') {
      return { reason: `the header ${JSON.stringify(name)} is not a string` };
    }
    if (!TOKEN.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(String(content))) {
      return { reason: `the header ${JSON.stringify(name)} cannot be sent` };
    }
    if (!HOP_BY_HOP.has(name.toLowerCase())) sent[name] = String(content);
  }
  return {
    status: statusCode as number,
    headers: sent,
    body: isBase64Encoded ? Buffer.from(body, 'base64') : Buffer.from(body, 'utf8'),
  };
}
