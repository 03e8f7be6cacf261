import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import {
  type ExecutionResult,
  type FunctionGraph,
  type FunctionGraphOptions,
  type LogLine,
  startFunctionGraph,
} from '../../../scripts/local/functiongraph/server.ts';
import type { FunctionConfig, FunctionEvent } from '../../../scripts/serverless/config.ts';

export const ACCESS_KEY = 'AKTEST';
export const SECRET_KEY = 'secret-of-the-test';
export const APP_CODE = 'app-code-of-the-test';
export const PROJECT_ID = 'project';

/** When every file of a zip was made, so that the same code is the same zip. */
const MADE = new Date(2026, 0, 1);

/** A zip with an index.js. */
export function zipOf(code: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  const files = { 'index.js': code, ...more };
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), {
    mtime: MADE,
  });
}

export function configOf(changes: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    name: 'service-local-f',
    handler: 'index.handler',
    package: { artifact: 'unused' },
    runtime: 'Node.js20.15',
    memorySize: 128,
    timeout: 10,
    environment: {},
    encryptedEnvironment: {},
    async: { maxRetries: 0, maxEventAge: 3600 },
    events: [],
    ...changes,
  };
}

export const route = (path: string, changes: Partial<Extract<FunctionEvent, { apig: unknown }>['apig']> = {}) => ({
  apig: { method: 'POST', path, auth: 'APP' as const, ...changes },
});

export interface Started {
  readonly fg: FunctionGraph;
  readonly logs: LogLine[];
  readonly accounts: Accounts;
  readonly dataDir: string;
  deploy(code: string, changes?: Partial<FunctionConfig>, key?: string): Promise<void>;
  /** A synchronous invocation of `f`. */
  run(event?: unknown): Promise<ExecutionResult>;
}

/** A local FunctionGraph on free ports and in a folder of its own; both end with the test. */
export async function start(options: Partial<FunctionGraphOptions> = {}): Promise<Started> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const logs: LogLine[] = [];
  const accounts = new Accounts([{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }]);
  const fg = await startFunctionGraph({
    dataDir,
    port: 0,
    gatewayPort: 0,
    region: 'cn-north-4',
    projectId: PROJECT_ID,
    accounts,
    appCode: APP_CODE,
    log: (line) => logs.push(line),
    ...options,
  });
  onTestFinished(() => fg.close());
  return {
    fg,
    logs,
    accounts,
    dataDir,
    deploy: (code, changes, key = 'f') =>
      fg.deploy(key, configOf({ name: `service-local-${key}`, ...changes }), zipOf(code)),
    run: async (event = {}) => {
      const result = await fg.invoke('f', event);
      if (result.outcome === 'accepted') throw new Error('accepted instead of run');
      return result;
    },
  };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'functiongraph-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly json: any;
}

/** Sends a request with its path exactly as given: `fetch` would rewrite it. */
export function send(
  method: string,
  base: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ method, hostname, port, path, headers: options.headers ?? {}, agent: false });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        let json: unknown;
        try {
          json = JSON.parse(text);
        } catch {
          json = undefined;
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    request.on('error', reject);
    request.end(options.body);
  });
}
