import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NpmStart } from '../helpers/npm-start.ts';
import { until } from '../helpers/process-tree.ts';

describe('npm start', () => {
  let npm: NpmStart;

  beforeEach(async () => {
    npm = await NpmStart.create();
  });
  afterEach(() => npm.destroy());

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
