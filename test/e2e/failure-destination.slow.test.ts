import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { s3Client } from '../../scripts/local/s3.ts';
import type { Endpoints } from '../../scripts/local/stack.ts';
import { type ProcessTree, startTree, until } from '../helpers/process-tree.ts';

const FUNCTION = 'on-object-created';
const PREFIX = `failed-invocations/${FUNCTION}/`;
/** OMS answers no event: the function cannot do its work, whatever it tries. */
const OUTAGE = { fault: 'status', status: 503, operation: 'CreateSyncEvents', every: 1 };
/** Attempts of the function: one of the platform, and its three retries. */
const ATTEMPTS = 4;

interface Cloud {
  readonly tree: ProcessTree;
  readonly endpoints: Endpoints;
  readonly client: S3Client;
}

describe('an upload whose event no attempt could submit', () => {
  let folder: string;
  let clouds: Cloud[];

  beforeAll(() => {
    // The function leaves all repeating to the platform, so that the test does not wait for its backoff.
    vi.stubEnv('OMS_SYNC_MAX_ATTEMPTS', '1');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-failure-'));
    clouds = [];
    await writeFile(join(folder, 'faults.json'), JSON.stringify({ oms: { seed: 1, rules: [OUTAGE] } }));
  });
  afterEach(async () => {
    for (const { tree, client } of clouds) {
      client.destroy();
      tree.destroy();
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function startCloud(...flags: string[]): Promise<Cloud> {
    const file = join(folder, `endpoints-${clouds.length}.json`);
    const tree = startTree('npm', [
      ...['start', '--silent', '--', '--port-base', '0', '--endpoints', file, '--data', join(folder, 'data')],
      ...['--faults', join(folder, 'faults.json'), ...flags],
    ]);
    await until('endpoints.json', () => existsSync(file) || !tree.alive(), tree.output);
    const endpoints = JSON.parse(await readFile(file, 'utf8').catch(() => Promise.reject(tree.output()))) as Endpoints;
    const { obs: endpoint, region, access_key: accessKey, secret_key: secretKey } = endpoints;
    const cloud = { tree, endpoints, client: s3Client({ endpoint, region, accessKey, secretKey }) };
    clouds.push(cloud);
    return cloud;
  }

  const put = ({ client, endpoints }: Cloud, key: string) =>
    client.send(new PutObjectCommand({ Bucket: endpoints.source_bucket, Key: key, Body: key }));

  async function documentNames({ client, endpoints }: Cloud): Promise<string[]> {
    const listing = await client.send(new ListObjectsV2Command({ Bucket: endpoints.state_bucket, Prefix: PREFIX }));
    return (listing.Contents ?? []).map(({ Key = '' }) => Key);
  }

  async function readDocument({ client, endpoints }: Cloud, name: string): Promise<Record<string, unknown>> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: endpoints.state_bucket, Key: name }));
    return JSON.parse((await Body?.transformToString()) ?? '') as Record<string, unknown>;
  }

  const expectedDocument = (key: string) => ({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\+08:00$/),
    request_context: {
      request_id: expect.any(String),
      function_urn: expect.stringMatching(
        /^urn:fss:cn-north-4:\w+:function:default:oms-sync-local-on-object-created:[\w.!-]+$/,
      ),
      condition: 'RetriesExhausted',
      approximate_invoke_count: ATTEMPTS,
    },
    request_payload: expect.objectContaining({ source: 'HC.OBS.DWR', subject: key }),
    response_context: { status_code: 200, function_error: expect.any(String) },
    response_payload: expect.objectContaining({ errorType: expect.any(String) }),
  });

  /** Attempts that the queue's journal holds of each event that is not over. */
  async function attemptsKept(): Promise<number[]> {
    const text = await readFile(join(folder, 'data', 'functiongraph', 'async.jsonl'), 'utf8').catch(() => '');
    const attempts = new Map<string, number>();
    for (const line of text.split('\n').slice(0, -1)) {
      const { add, set, done } = JSON.parse(line) as {
        add?: { id: string; attempts?: number };
        set?: { id: string; attempts?: number };
        done?: string;
      };
      if (add) attempts.set(add.id, add.attempts ?? 0);
      if (set?.attempts !== undefined) attempts.set(set.id, set.attempts);
      if (done) attempts.delete(done);
    }
    return [...attempts.values()];
  }

  it('becomes a document in the state bucket, one for each', async () => {
    const cloud = await startCloud('--retry-delay', '10');
    await Promise.all(['a', 'b'].map((key) => put(cloud, key)));

    await until('two documents', async () => (await documentNames(cloud)).length === 2, cloud.tree.output);
    const documents = await Promise.all((await documentNames(cloud)).map((name) => readDocument(cloud, name)));
    documents.sort((one, other) =>
      JSON.stringify(one['request_payload']) < JSON.stringify(other['request_payload']) ? -1 : 1,
    );
    expect(documents).toHaveLength(2);
    expect(documents).toEqual(expect.arrayContaining([expectedDocument('a'), expectedDocument('b')]));
    expect(await attemptsKept()).toEqual([]);
  });

  it('becomes one although everything was killed in the middle of its attempts, which count', async () => {
    const first = await startCloud('--retry-delay', '700');
    await put(first, 'a');
    await until('a failed attempt', async () => (await attemptsKept()).some((count) => count > 0), first.tree.output);
    first.tree.destroy();
    await until('the end of every process', () => !first.tree.alive());
    const [kept = 0, ...others] = await attemptsKept();
    expect(others).toEqual([]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(ATTEMPTS);

    const second = await startCloud('--retry-delay', '10');
    await until('the document', async () => (await documentNames(second)).length > 0, second.tree.output);
    await until('the end of the event', async () => (await attemptsKept()).length === 0, second.tree.output);

    const names = await documentNames(second);
    expect(names).toHaveLength(1);
    expect(await readDocument(second, names[0] ?? '')).toEqual(expectedDocument('a'));
    const attempts = second.tree.output().match(/function invocation exception/g) ?? [];
    expect(attempts).toHaveLength(ATTEMPTS - kept);
  });
});
