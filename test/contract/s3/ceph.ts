import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Target } from './target.ts';

const SCRIPT = fileURLToPath(new URL('../../helpers/ceph-rgw.sh', import.meta.url));
const run = promisify(execFile);

/** Names the programs that are missing; empty when Ceph can be started. */
export function missingCephPrograms(): readonly string[] {
  return ['ceph-mon', 'ceph-osd', 'ceph', 'radosgw', 'radosgw-admin', 'setsid', 'curl'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
}

/** A real Ceph RADOS Gateway on free ports of the loopback interface. */
export async function startCeph(): Promise<Target & { readonly stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ceph-'));
  const port = await freePortPair();
  const { stdout } = await run('bash', [SCRIPT, 'up', folder, String(port)], { timeout: 60_000 });
  const [endpoint = '', accessKey = '', secretKey = ''] = stdout.trim().split('\n').at(-1)?.split(' ') ?? [];
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKey, secretKey },
    stop: async () => {
      await run('bash', [SCRIPT, 'down', folder], { timeout: 60_000 });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A free port whose successor is free as well: the gateway's and the monitor's. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port !== undefined && (await listenOnce(port + 1)) !== undefined) return port;
  }
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
