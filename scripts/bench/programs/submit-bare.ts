import { Agent, request } from 'node:http';
import { BATCHES, PATH } from './batches.ts';
import { serveRounds } from './submit-load.ts';

/** The least that Node.js needs to post the same bodies: a keep-alive agent, ready-made bodies, nothing signed. */
const { hostname, port } = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });
const bodies = BATCHES.map((keys) => Buffer.from(JSON.stringify({ object_keys: keys })));

serveRounds(
  (call) =>
    new Promise<void>((resolve, reject) => {
      const body = bodies[call % bodies.length] ?? Buffer.alloc(0);
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const outgoing = request({ hostname, port, path: PATH, method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('refused'))));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    }),
);
