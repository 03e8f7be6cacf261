import { expect, it } from 'vitest';
import { cpuMsOf, peakMbOf, runMeasured } from '../../../scripts/bench/measured-process.ts';

const node = (code: string, env: Record<string, string> = {}) => runMeasured(process.execPath, ['-e', code], env);

it('tells the most memory that a process has had, also where it gave it back', async () => {
  const small = await node('setTimeout(() => {}, 50)');
  const large = await node('let all = Buffer.alloc(200e6, 1); setTimeout(() => { all = undefined; }, 50)');

  expect(large.peakMb - small.peakMb).toBeGreaterThan(150);
});

it('tells CPU time, which waiting does not take', async () => {
  const waiting = await node('setTimeout(() => {}, 400)');
  const busy = await node('const end = process.cpuUsage().user + 150_000; while (process.cpuUsage().user < end);');

  expect(waiting.ms).toBeGreaterThanOrEqual(400);
  expect(busy.cpuMs - waiting.cpuMs).toBeGreaterThan(80);
});

it('hands over exit code, both outputs, and no environment but the given one', async () => {
  const code = 'console.log(process.env.A, process.env.PATH); console.error("no"); process.exitCode = 3;';

  expect(await node(code, { A: 'a' })).toMatchObject({ exitCode: 3, stdout: 'a undefined\n', stderr: 'no\n' });
});

it('fails where there is no such program', async () => {
  await expect(runMeasured('/nowhere/program', [], {})).rejects.toThrow('ENOENT');
});

it('knows nothing of a process that is gone', () => {
  expect([peakMbOf(2 ** 30), cpuMsOf(2 ** 30)]).toEqual([undefined, undefined]);
});
