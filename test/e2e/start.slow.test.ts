import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NpmStart } from '../helpers/npm-start.ts';

describe('npm start', () => {
  let npm: NpmStart;

  beforeEach(async () => {
    npm = await NpmStart.create();
  });
  afterEach(() => npm.destroy());

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
});
