import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../../../scripts/serverless/config.ts';

const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/bench/run.ts', ...args],
      { cwd: ROOT },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

it('runs the benches that are named, prints one table and writes the same to a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'results.json');

  const { code, stdout } = await run('encoding', '--quick', '--json', file);

  expect(code).toBe(0);
  expect(stdout).toMatch(/measure +value +baseline +ratio +min\.\.max +target +result +noise\nencoding: /);
  expect(stdout).not.toContain('cold-start');
  const { results } = JSON.parse(await readFile(file, 'utf8'));
  expect(results).toEqual([
    { bench: 'encoding', measurements: [expect.objectContaining({ target: { atLeast: 0.8 } })] },
  ]);
});

it('answers an unknown bench and an unknown flag with one line and exit code 2', async () => {
  const [name, flag] = await Promise.all([run('cold'), run('--slow')]);

  expect(name).toMatchObject({ code: 2, stdout: '' });
  expect(name.stderr).toMatch(/^no bench cold; there are cold-start, .*\n$/);
  expect(flag).toEqual({
    code: 2,
    stdout: '',
    stderr: "Unknown option '--slow'. Run the command with --help to see what it takes.\n",
  });
});

it('says before it measures that the results cannot be written', async () => {
  const { code, stdout, stderr } = await run('encoding', '--json', '/nowhere/results.json');

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^--json: ENOENT/);
});
