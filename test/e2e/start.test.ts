import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { s3Client } from '../../scripts/local/s3.ts';
import type { Endpoints } from '../../scripts/local/stack.ts';
import { type ProcessTree, startTree, until } from '../helpers/process-tree.ts';

describe('npm start', () => {
  let folder: string;
  let file: string;
  let trees: ProcessTree[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-start-'));
    file = join(folder, 'endpoints.json');
    trees = [];
  });

  afterEach(async () => {
    for (const tree of trees) tree.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (...flags: string[]): ProcessTree => {
    const tree = startTree('npm', ['start', '--silent', '--', '--port-base', '0', '--endpoints', file, ...flags]);
    trees.push(tree);
    return tree;
  };
  const ready = async (tree: ProcessTree): Promise<Endpoints> => {
    await until('endpoints.json', () => existsSync(file) || !tree.alive(), tree.output);
    if (!existsSync(file)) throw new Error(`npm start ended before it was ready: ${tree.output()}`);
    return JSON.parse(await readFile(file, 'utf8')) as Endpoints;
  };
  const clientOf = (endpoints: Endpoints) =>
    s3Client({
      endpoint: endpoints.obs,
      region: endpoints.region,
      accessKey: endpoints.access_key,
      secretKey: endpoints.secret_key,
    });

  it('writes nothing outside its folder and .local, ends with code 0 on Ctrl-C and leaves nothing behind', async () => {
    const tree = start();
    await ready(tree);
    expect((await readdir(folder)).sort()).toEqual(['endpoints.json']);
    tree.signal('SIGINT');
    expect(await tree.exited, tree.output()).toEqual({ code: 0, signal: null });
    await until('the end of every child', () => !tree.alive());
    expect(existsSync(file)).toBe(false);
  });

  it('keeps objects, tasks and keys in --data across restarts, and refuses a folder that is in use', async () => {
    const data = join(folder, 'data');
    const first = start('--data', data);
    const before = await ready(first);
    const client = clientOf(before);
    await client.send(new PutObjectCommand({ Bucket: before.source_bucket, Key: 'kept+', Body: 'content' }));
    client.destroy();

    const rival = start('--data', data, '--endpoints', join(folder, 'second.json'));
    expect((await rival.exited).code).toBe(1);
    expect(rival.output()).toContain(`${data} is in use by process`);

    first.signal('SIGTERM');
    expect(await first.exited, first.output()).toEqual({ code: 0, signal: null });
    await until('the end of every child', () => !first.alive());
    expect(existsSync(file)).toBe(false);

    const second = start('--data', data);
    const after = await ready(second);
    expect(after.sync_task_id).toBe(before.sync_task_id);
    expect(after.access_key).toBe(before.access_key);
    const again = clientOf(after);
    const read = (bucket: string) => again.send(new GetObjectCommand({ Bucket: bucket, Key: 'kept+' }));
    expect(await (await read(after.source_bucket)).Body?.transformToString()).toBe('content');
    // The notification or the copy may have been cut off by the stop: it is caught up with after the restart.
    await until('the object in the destination', async () => {
      const object = await read(after.destination_bucket).catch(() => undefined);
      return (await object?.Body?.transformToString()) === 'content';
    });
    again.destroy();
    second.signal('SIGTERM');
    await second.exited;
  });

  it('names the flag when a port is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const tree = startTree('npm', ['start', '--silent', '--', '--port-base', String(port - 1), '--endpoints', file]);
    trees.push(tree);
    expect((await tree.exited).code).toBe(1);
    expect(tree.output()).toContain('--port-base');
    expect(tree.output()).not.toContain('    at ');
    server.close();
    await until('the end of every child', () => !tree.alive());
  });

  it('says what is wrong with a flag in one line', async () => {
    const tree = start('--port', '1');
    expect((await tree.exited).code).toBe(2);
    expect(tree.output().trim().split('\n')).toHaveLength(1);
    expect(tree.output()).toContain("--port'");
  });
});
