import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startTree, until } from '../helpers/process-tree.ts';

/** What the demo has printed when it is interrupted. */
const MOMENTS = [
  'starting the local cloud',
  'gateway',
  'losing 50 %',
  'arrived ',
  'reconciling:',
  'pass 1:',
  'waiting until OMS',
  'pass 2:',
  'comparing bytes',
];

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('oms-sync-demo-'));

describe('npm run demo, interrupted', () => {
  it.each(MOMENTS)('after "%s" leaves no process and no file, and prints nothing more', async (moment) => {
    const before = folders();
    const tree = startTree('npm', ['run', '--silent', 'demo', '--', '--objects', '600', '--drop', '50']);
    await until(moment, () => tree.output().includes(moment), tree.output);
    tree.signal('SIGINT');
    const { code } = await tree.exited;

    // It may have come to its end in the meantime.
    expect([130, 0], tree.output()).toContain(code);
    if (code === 130) expect(tree.output().trimEnd()).toMatch(/stopped before the end$/);
    await until('the end of every process', () => !tree.alive(), tree.output);
    expect(folders().filter((name) => !before.includes(name))).toEqual([]);
  });
});
