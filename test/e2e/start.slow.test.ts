import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointsFile } from '../../scripts/local/endpoints-file.ts';
import { s3Client } from '../../scripts/local/s3.ts';
import type { Endpoints } from '../../scripts/local/stack.ts';
import { NpmStart } from '../helpers/npm-start.ts';
import { startTree, until } from '../helpers/process-tree.ts';

describe('npm start', () => {
  let npm: NpmStart;

  beforeEach(async () => {
    npm = await NpmStart.create();
  });
  afterEach(() => npm.destroy());

  const clientOf = (endpoints: Endpoints) =>
    s3Client({
      endpoint: endpoints.obs,
      region: endpoints.region,
      accessKey: endpoints.access_key,
      secretKey: endpoints.secret_key,
    });

  it('keeps objects, tasks and keys in --data across restarts, and refuses a folder that is in use', async () => {
    const data = join(npm.folder, 'data');
    const first = npm.start('--data', data);
    const before = await npm.ready(first);
    const client = clientOf(before);
    await client.send(new PutObjectCommand({ Bucket: before.source_bucket, Key: 'kept+', Body: 'content' }));
    client.destroy();

    const rival = npm.start('--data', data, '--endpoints', join(npm.folder, 'second.json'));
    expect((await rival.exited).code).toBe(2);
    expect(rival.output()).toContain(`${data} is in use by process`);

    first.signal('SIGTERM');
    expect(await first.exited, first.output()).toEqual({ code: 0, signal: null });
    await until('the end of every child', () => !first.alive());
    expect(existsSync(npm.file)).toBe(false);

    const second = npm.start('--data', data);
    const after = await npm.ready(second);
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

  it('leaves the file of another one alone, and knows what a killed one has left behind', async () => {
    const first = npm.start();
    const { process: owner = '', gateway, obs } = (await npm.ready(first)) as EndpointsFile;
    const [pid] = owner.split(' ');
    const rival = npm.start();
    expect((await rival.exited).code).toBe(2);
    expect(rival.output()).toContain(`A local cloud runs already: process ${pid} at ${gateway}`);
    expect(JSON.parse(await readFile(npm.file, 'utf8'))).toMatchObject({ process: owner });

    process.kill(Number(pid), 'SIGKILL');
    await first.exited;
    expect(existsSync(npm.file)).toBe(true);
    for (const command of ['redrive', 'reconcile']) {
      const tree = startTree('node', ['scripts/cli/oms-sync.cjs', command, '--endpoints', npm.file, '--dry-run']);
      expect((await tree.exited).code, tree.output()).toBe(2);
      expect(tree.output()).toContain(
        `${npm.file} is left over from a local cloud that no longer runs: nobody listens at ${obs}`,
      );
    }
    const second = npm.start();
    await until('its own file', async () => !(await readFile(npm.file, 'utf8').catch(() => owner)).includes(owner));
    expect(second.output()).toContain('was left over from a local cloud that no longer runs: removed');
    second.signal('SIGINT');
    expect(await second.exited).toEqual({ code: 0, signal: null });
    expect(existsSync(npm.file)).toBe(false);
  });

  it('finds its task again when it was killed before it could keep the id', async () => {
    const data = join(npm.folder, 'data');
    const first = npm.start('--data', data);
    const before = await npm.ready(first);
    first.signal('SIGTERM');
    await first.exited;
    const file = join(data, 'identity.json');
    const { sync_task_id: _lost, ...identity } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(identity));

    const second = npm.start('--data', data);
    expect((await npm.ready(second)).sync_task_id).toBe(before.sync_task_id);
    second.signal('SIGTERM');
    await second.exited;
  });

  it('writes nothing outside its folder and .local, ends with code 0 on Ctrl-C and leaves nothing behind', async () => {
    const tree = npm.start();
    await npm.ready(tree);
    expect((await readdir(npm.folder)).sort()).toEqual(['endpoints.json']);
    // Functions are tried out before: what they say of that is no news.
    expect(tree.output()).not.toMatch(/refused|"level":"(?:warn|error)"/);
    tree.signal('SIGINT');
    expect(await tree.exited, tree.output()).toEqual({ code: 0, signal: null });
    await until('the end of every child', () => !tree.alive());
    expect(existsSync(npm.file)).toBe(false);
  });

  it('names the flag when a port is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const tree = npm.start('--port-base', String(port - 1));
    expect((await tree.exited).code).toBe(2);
    expect(tree.output()).toContain('--port-base');
    expect(tree.output()).not.toContain('    at ');
    server.close();
    await until('the end of every child', () => !tree.alive());
  });

  it('says what is wrong with a flag in one line', async () => {
    const tree = npm.start('--port', '1');
    expect((await tree.exited).code).toBe(2);
    expect(tree.output().trim().split('\n')).toHaveLength(1);
    expect(tree.output()).toContain("--port'");
  });
});
