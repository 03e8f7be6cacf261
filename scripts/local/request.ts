import { request as send } from 'node:http';

interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One HTTP request to a service of the local cloud; the path is sent as given. */
export function request(
  method: string,
  url: string,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<PlainResponse> {
  const [, host = '', path = '/'] = /^http:\/\/([^/?]+)(.*)$/s.exec(url) ?? [];
  const [hostname, port] = host.split(':');
  return new Promise((resolve, reject) => {
    const outgoing = send(
      { method, hostname, port, path: path || '/', agent: false, headers: { ...options.headers } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}
