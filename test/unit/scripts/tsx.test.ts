import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ROOT } from '../../../scripts/serverless/config.ts';

it('a script runs through scripts/tsx.cjs, as those of package.json do', () => {
  const args = ['-r', './scripts/tsx.cjs', 'scripts/chaos.ts', '--help'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });

  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: npm run chaos/);
});
