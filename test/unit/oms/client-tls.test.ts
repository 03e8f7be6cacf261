import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AmbiguousCreateError, OmsConnectionError } from '#shared/oms/errors.ts';
import { rejection, TASK, testClient } from './loopback.ts';

/** Signed by itself, for 127.0.0.1, valid from 2020 to 2119; protects nothing. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBWTCCAQCgAwIBAgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhsb29wYmFj
azAgFw0yMDAxMDEwMDAwMDBaGA8yMTE5MDEwMTAwMDAwMFowEzERMA8GA1UEAwwI
bG9vcGJhY2swWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATQ9KH2Naz3Uap6v45U
cHgPIEKlSWLZ6XzQUikMrm3geBDqwiXPR2V/AeZNWVxMwPCZM0qD8Th+oNQ8dCRm
gyg3o0MwQTAPBgNVHREECDAGhwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0O
BBYEFB1mXmyUTtw3Px6/i+SLjSR3nMtQMAoGCCqGSM49BAMCA0cAMEQCIB9nIpr3
moF72WYj+cKZeZUU6+1jIdZSeBklMNfXk0SjAiB5mnF5VfPVuHIizGUw5lIWX6yI
KmbLzVbaooUCJWqatg==
-----END CERTIFICATE-----`;
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWNmK9lEhFk9vQtZw
GSYOxTgRugqaFDIK26ioWe7ZoXyhRANCAATQ9KH2Naz3Uap6v45UcHgPIEKlSWLZ
6XzQUikMrm3geBDqwiXPR2V/AeZNWVxMwPCZM0qD8Th+oNQ8dCRmgyg3
-----END PRIVATE KEY-----`;

const event = { syncTaskId: 'task-1', objectKeys: ['a'] };

let server: Server;
let url: string;
let requests: number;
let connections: number;
beforeEach(async () => {
  requests = 0;
  connections = 0;
  server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, ({ url: target }, response) => {
    requests += 1;
    response.end(target?.endsWith('/events') ? '' : '{"sync_task_id":"new"}');
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

describe('OmsClient over TLS', () => {
  it('talks to a server whose certificate it trusts, over one connection but for creating a task', async () => {
    const agent = new Agent({ ca: CERTIFICATE, keepAlive: true });
    const { client } = testClient(url, { agent });
    await client.createSyncEvents(event);
    await client.createSyncEvents(event);
    expect({ requests, connections }).toEqual({ requests: 2, connections: 1 });
    await client.createSyncTask(TASK);
    expect({ requests, connections }).toEqual({ requests: 3, connections: 2 });
    agent.destroy();
  });

  it('refuses a certificate that it does not trust, once, although the environment says otherwise', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const error = await rejection(testClient(url).client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsConnectionError);
    expect(error).toMatchObject({ reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', attempts: 1, retryable: false, status: 502 });
    expect(requests).toBe(0);
  });

  it('knows that a refused certificate means that nothing was created', async () => {
    const error = await rejection(testClient(url).client.createSyncTask(TASK));
    expect(error).toBeInstanceOf(OmsConnectionError);
    expect(error).not.toBeInstanceOf(AmbiguousCreateError);
    expect(requests).toBe(0);
  });

  it('does not take an agent that verifies nothing', () => {
    const agent = new Agent({ rejectUnauthorized: false });
    expect(() => testClient(url, { agent })).toThrow(TypeError);
  });
});
