import { createHash, createHmac } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import type { FunctionGraphOptions } from '../../../../../scripts/local/functiongraph/server.ts';
import {
  ACCESS_KEY,
  type Answer,
  PROJECT_ID,
  SECRET_KEY,
  type Started,
  send,
  start,
} from '../../../../contract/functiongraph/start.ts';

export const FUNCTIONS = `/v2/${PROJECT_ID}/fgs/functions`;
export const urnOf = (name: string, qualifier = ''): string =>
  `urn:fss:cn-north-4:${PROJECT_ID}:function:default:${name}${qualifier}`;

/** A zip with an index.js, the same one for the same code. */
export function zipOf(text: string): Uint8Array {
  return zipSync({ 'index.js': [strToU8(text), { mtime: '2026-01-01T00:00:00Z' }] });
}

/** A function that answers with a text and its own version. */
export const answering = (text: string): string =>
  `exports.handler = async (event, context) => ({ text: '${text}', version: context.getVersion(), event })`;

export function base64(zip: Uint8Array): string {
  return Buffer.from(zip).toString('base64');
}

/** A body of createFunction. */
export function creation(name: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    func_name: name,
    package: 'default',
    runtime: 'Node.js20.15',
    timeout: 30,
    handler: 'index.handler',
    memory_size: 128,
    code_type: 'zip',
    code_filename: 'index.zip',
    func_code: { file: base64(zipOf(answering('one'))) },
    ...changes,
  };
}

/** A body of updateFunctionConfig. */
export function config(name: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    func_name: name,
    runtime: 'Node.js20.15',
    timeout: 30,
    handler: 'index.handler',
    memory_size: 128,
    ...changes,
  };
}

export function code(text: string): Record<string, unknown> {
  return { code_type: 'zip', code_filename: 'index.zip', func_code: { file: base64(zipOf(text)) } };
}

export interface Api extends Started {
  /** A signed request; a body that is a text is sent as it is. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The status, and the error code where it is a refusal. */
  outcome(method: string, path: string, body?: unknown): Promise<string>;
  create(name: string, changes?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Runs the function, and returns its answer. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  run1(urn: string, event?: unknown): Promise<any>;
}

/** A local FunctionGraph, and its API. */
export async function startApi(options: Partial<FunctionGraphOptions> = {}): Promise<Api> {
  const started = await start(options);
  const call: Api['call'] = (method, path, body) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return send(method, started.fg.url, path, { body: text, headers: signed(started.fg.url, method, path, text) });
  };
  const outcome: Api['outcome'] = async (method, path, body) => {
    const { status, json } = await call(method, path, body);
    return status < 300 ? String(status) : `${status} ${json?.error_code}`;
  };
  return {
    ...started,
    call,
    outcome,
    create: (name, changes) => call('POST', FUNCTIONS, creation(name, changes)),
    run1: async (urn, event = {}) => (await call('POST', `${FUNCTIONS}/${urn}/invocations`, event)).json,
  };
}

export function signed(
  base: string,
  method: string,
  target: string,
  body: string,
  secretKey = SECRET_KEY,
  accessKey = ACCESS_KEY,
): Record<string, string> {
  const host = new URL(base).host;
  const [path = '', query = ''] = target.split('?');
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonicalQuery = [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = `${method}\n${path.split('/').map(encode).join('/')}/\n${canonicalQuery}\nhost:${host}\nx-sdk-date:${date}\n\nhost;x-sdk-date\n${sha(body)}`;
  const signature = createHmac('sha256', secretKey)
    .update(`SDK-HMAC-SHA256\n${date}\n${sha(canonical)}`)
    .digest('hex');
  return {
    host,
    'x-sdk-date': date,
    authorization: `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
  };
}
