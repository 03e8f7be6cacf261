import type { ServerResponse } from 'node:http';
import type { Reply } from './call.ts';

export async function send(
  response: ServerResponse,
  method: string,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { body = '' } = reply;
  const all = { ...headers };
  if (typeof body === 'string' && reply.status !== 204 && reply.status !== 304)
    all['content-length'] ??= String(Buffer.byteLength(body));
  response.writeHead(reply.status, all);
  if (method === 'HEAD' || typeof body === 'string') {
    // Not as a string: Node would write the headers in UTF-8, too.
    response.end(method === 'HEAD' ? undefined : Buffer.from(body as string));
    return;
  }
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
