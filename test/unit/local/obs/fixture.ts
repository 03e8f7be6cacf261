import { mkdtempSync, rmSync } from 'node:fs';
import { type Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Accounts } from '../../../../scripts/local/accounts.ts';
import { type ObsOptions, type ObsServer, startObs } from '../../../../scripts/local/obs/server.ts';
import { canonicalQuery, sha256Hex, signV4, uriEncodePath } from '../../../../scripts/local/sigv4.ts';
import { CREDENTIALS } from './fixture-credentials.ts';

export { CREDENTIALS } from './fixture-credentials.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'obs-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A running store, closed after the test. */
export async function startStore(options: Partial<ObsOptions> = {}): Promise<ObsServer> {
  const server = await startObs({
    dataDir: options.dataDir ?? temporaryFolder(),
    port: 0,
    region: 'cn-north-4',
    accounts: new Accounts([CREDENTIALS]),
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => server.close());
  return server;
}

export interface CallOptions {
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly credentials?: { accessKey: string; secretKey: string; securityToken?: string };
  readonly agent?: Agent;
  /** The Host header, where it is not the address. */
  readonly host?: string;
  readonly now?: number;
}

export interface CallResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly bytes: Buffer;
  /** Code of the error document. */
  readonly code: string | undefined;
}

/** A signed request. */
export function call(
  server: Pick<ObsServer, 'port'>,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<CallResult> {
  const { query = {}, headers = {}, body = '', credentials = CREDENTIALS, agent, now = Date.now() } = options;
  const { host = `127.0.0.1:${server.port}` } = options;
  const encoded = uriEncodePath(path);
  const signed = signV4({
    ...{ method, host, path: encoded, query, headers, now, ...credentials },
    ...{ payloadHash: sha256Hex(body), region: 'cn-north-4', service: 's3' },
  });
  const text = canonicalQuery(query);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ method, host: '127.0.0.1', port: server.port, path: text ? `${encoded}?${text}` : encoded },
        headers: { ...signed, 'content-length': Buffer.byteLength(body) },
        agent: agent ?? false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const content = bytes.toString();
          const code = /<Code>([^<]*)</.exec(content)?.[1];
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: content, bytes, code });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(Buffer.from(body));
  });
}
