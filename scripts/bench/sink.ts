import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nextMessage, startProgram, stopProgram } from './child.ts';
import type { Workspace } from './workspace.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a self-signed certificate for 127.0.0.1, valid for a day, with the program openssl. */
export async function selfSigned(folder: string): Promise<Certificate> {
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
  const files = ['-keyout', key, '-out', cert];
  try {
    await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files]);
  } catch (error) {
    throw new Error(`the HTTPS bench needs the program openssl: ${(error as Error).message.split('\n')[0]}`);
  }
  return { cert, key };
}

/** Runs work against a server that accepts every sync event; as `signed` it refuses unsigned requests with 401. */
export async function withSink<T>(
  workspace: Workspace,
  clients: 'signed' | 'any',
  certificate: Certificate | undefined,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const files = certificate ? [certificate.cert, certificate.key] : [];
  const child = startProgram(await workspace.bundle('sink'), [clients, ...files]);
  try {
    const port = await nextMessage<number>(child);
    return await work(`${certificate ? 'https' : 'http'}://127.0.0.1:${port}`);
  } finally {
    await stopProgram(child);
  }
}
