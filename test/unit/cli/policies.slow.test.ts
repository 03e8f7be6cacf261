import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCommand } from '../../helpers/command.ts';

describe('oms-sync policies', () => {
  it('writes the policies of a stage as the environment of its deployment has it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oms-sync-policies-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const out = join(folder, 'new', 'policies');
    const env = { ...process.env, OMS_SYNC_AGENCY: 'all', OMS_SYNC_STATE_BUCKET: 'my-state' };

    const { code, err } = await startCommand('policies', ['--stage', 'test', '--out', out], env).ended;

    expect([code, err]).toEqual([0, expect.not.stringContaining('Error')]);
    expect((await readdir(out)).sort()).toEqual(['README.md', 'all-global.json', 'all-project.json']);
    expect(await readFile(join(out, 'all-global.json'), 'utf8')).toContain('obs:*:*:object:my-state/dead-letters/*');
  });

  it('says in one line what is missing', async () => {
    const { code, err } = await startCommand('policies', ['--stage', 'test']).ended;

    expect([code, err.trim().split('\n').at(-1)]).toEqual([
      2,
      'The stage and the folder are needed: --stage NAME --out DIR.',
    ]);
  });
});
