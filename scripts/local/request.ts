import { type RequestOptions, request as send } from 'node:http';

interface Response<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

/**
 * Rejects with the connection's error; an answer of any status resolves.
 * @param limit bytes of the answer that are kept: chunks that begin after them are dropped
 */
export function exchange(options: RequestOptions, body?: string | Buffer, limit = Infinity): Promise<Response<Buffer>> {
  return new Promise((resolve, reject) => {
    const outgoing = send({ ...options, agent: false });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${options.timeout} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        if (size < limit) chunks.push(chunk);
        size += chunk.length;
      });
      answer.on('error', reject);
      const { statusCode: status = 0, headers } = answer;
      answer.on('end', () => resolve({ status, headers, body: Buffer.concat(chunks) }));
    });
    outgoing.end(body);
  });
}

/** One HTTP request to a service of the local cloud; the path is sent as given. */
export async function request(
  method: string,
  url: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Response<string>> {
  const [, hostname = '', port, path = ''] = /^http:\/\/([^:/?]+)(?::(\d+))?(.*)$/s.exec(url) ?? [];
  const answer = await exchange({ method, hostname, port, path: path || '/', headers: { ...headers } }, body);
  return { ...answer, body: answer.body.toString('utf8') };
}
