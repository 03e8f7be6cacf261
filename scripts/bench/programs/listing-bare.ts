import { Agent, request } from 'node:http';
import { serveListings } from './listing-load.ts';

/** The least that Node.js needs to fetch the same pages: a keep-alive agent, nothing signed, nothing parsed. */
const { hostname, port } = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });
const PAGE = 1000;

function fetchPage(path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function fetchAll(bucket: string): Promise<number> {
  for (let start = 0; ; start += PAGE) {
    const page = await fetchPage(`/${bucket}/?list-type=2&encoding-type=url&continuation-token=${start}`);
    if (page.includes('<IsTruncated>false'))
      return start + Number(/<KeyCount>(\d+)/.exec(page.toString('latin1', 0, 1000))?.[1]);
  }
}

serveListings(async () => {
  const [objects = 0] = await Promise.all([fetchAll('source'), fetchAll('destination')]);
  return objects;
});
