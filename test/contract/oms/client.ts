import { request as sendPlain } from 'node:http';
import { request as sendSecure } from 'node:https';
import { createRequire } from 'node:module';

// The vendor's own signer, so that server and client cannot share a mistake. Its package is CommonJS.
const require = createRequire(import.meta.url);
const { AKSKSigner } = require('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js') as {
  AKSKSigner: {
    sign(request: unknown, credential: { getAk(): string; getSk(): string }): Record<string, string>;
  };
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; undefined where there is none, or no JSON. */
  readonly json: Record<string, unknown> | undefined;
}

export interface CallOptions {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly projectId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Headers as the official SDK signs and sends them. */
export function signedHeaders(method: string, path: string, options: CallOptions): Record<string, string> {
  const { endpoint, accessKey, secretKey, headers = {}, query = {}, body, projectId } = options;
  return AKSKSigner.sign(
    {
      endpoint: `${endpoint}${path}`,
      method,
      queryParams: query,
      headers: {
        'content-type': 'application/json',
        ...(projectId ? { 'X-Project-Id': projectId } : {}),
        ...headers,
      },
      data: body,
    },
    { getAk: () => accessKey, getSk: () => secretKey },
  );
}

/** One call signed by the official SDK's signer. */
export function call(method: string, path: string, options: CallOptions): Promise<Answer> {
  const query = new URLSearchParams(options.query).toString();
  return exchange(method, `${options.endpoint}${path}${query === '' ? '' : `?${query}`}`, {
    headers: signedHeaders(method, path, options),
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
}

/** One HTTP exchange, headers and body as given. */
export function exchange(
  method: string,
  url: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Uint8Array },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? sendSecure : sendPlain;
    const outgoing = send(url, { method, headers, agent: false, timeout: 60_000 }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          json: parse(text),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer to ${method} in a minute`)));
    outgoing.end(body);
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
